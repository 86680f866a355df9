"""What a sentence offers to use all the same is known by the word in it."""

import pytest
from crfgan.data.vetting import rules
from crfgan.data.vetting.words import MEANINGS, SYNTHETIC, offered
from crfgan.volumes.finding.remarks import Cause


@pytest.mark.parametrize("word", MEANINGS)
def test_the_word_that_a_rule_offers_is_found(word):
    assert offered(f"It looks odd. {rules._insist(word)} The same is true of 2 more: b, c.") == [word]


def test_passed_over_volumes_that_a_model_made_are_offered():
    assert offered(Cause.SYNTHETIC.value[2]) == [SYNTHETIC]


def test_nothing_is_offered_where_no_word_helps():
    assert offered("It is damaged. Copy or export it again, or add `--include everything`.") == []
