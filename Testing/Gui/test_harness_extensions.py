"""The stand-ins themselves: extensions are installed and the application restarted when and as Slicer does."""

import pytest


@pytest.fixture
def manager(slicer_app):
    return slicer_app.app.extensionsManagerModel()


def test_a_user_is_asked_to_install_and_to_restart(slicer_app, manager):
    assert manager.installExtensionFromServer("PyTorch")
    assert [each.title for each in slicer_app.dialogs.messages] == ["Install extension ?", "Restart slicer ?"]
    assert (manager._requests, slicer_app.app._restarts) == (["PyTorch"], 1)


def test_a_user_may_refuse(slicer_app, manager):
    slicer_app.dialogs.accepts = False
    assert not manager.installExtensionFromServer("PyTorch")
    assert (manager._requests, slicer_app.app._restarts) == ([], 0)


def test_without_questions_it_restarts_at_once(slicer_app, manager):
    manager.interactive = False
    assert manager.installExtensionFromServer("PyTorch")
    assert (slicer_app.dialogs.messages, slicer_app.app._restarts) == ([], 1)


def test_it_does_not_restart_where_it_is_told_not_to(slicer_app, manager):
    manager.interactive = False
    assert manager.installExtensionFromServer("PyTorch", False)
    assert manager.isExtensionInstalled("PyTorch")
    assert slicer_app.app._restarts == 0


def test_under_tests_nobody_is_asked_and_nothing_restarts(slicer_app, manager):
    slicer_app.app._testing = True
    assert manager.installExtensionFromServer("PyTorch")
    assert (slicer_app.dialogs.messages, slicer_app.app._restarts) == ([], 0)


def test_an_extension_that_is_there_is_left_alone(slicer_app, manager):
    manager._installed = ["PyTorch"]
    assert manager.installExtensionFromServer("PyTorch")
    assert (manager._requests, slicer_app.app._restarts, slicer_app.dialogs.messages) == ([], 0, [])


def test_an_installation_that_fails_restarts_nothing(slicer_app, manager):
    manager._can_install = False
    assert not manager.installExtensionFromServer("PyTorch")
    assert (manager._requests, slicer_app.app._restarts) == (["PyTorch"], 0)


def test_restarts_are_recorded(slicer_app):
    import slicer

    slicer.util.restart()
    slicer.app.restart()
    assert slicer_app.app._restarts == 2
    assert slicer.app.confirmRestart("Restart to finish?") is None
    assert (slicer_app.dialogs.texts("question"), slicer_app.app._restarts) == (["Restart to finish?"], 3)
    slicer_app.dialogs.accepts = False
    slicer.app.confirmRestart()
    assert slicer_app.app._restarts == 3
