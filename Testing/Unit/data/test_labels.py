"""One class for each volume: by its name, by its file, or by the folder that its slices lie in."""

from pathlib import Path

import pytest
from crfgan.data.labels import Labels, find_labels, number_classes, read_labels
from crfgan.errors import InputError
from crfgan.volumes.discovery import Source


def source(*files, name="T1"):
    return Source(name, tuple(map(Path, files)), "nrrd")


def write(folder, text):
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_volumes_of_one_file_name_are_told_apart_by_their_folders(tmp_path):
    labels = read_labels(write(tmp_path, "file,class\np0/T1.nrrd,young\np1/T1.nrrd,old\n"))
    sources = [source(tmp_path / f"p{n}" / "T1.nrrd", name=f"p{n}_T1") for n in range(2)]
    assert [labels.of(each) for each in sources] == ["young", "old"]


def test_a_folder_s_class_is_that_of_the_series_in_it(tmp_path):
    labels = read_labels(write(tmp_path, f"file,class\n{tmp_path / 'a'},young\na/deep,old\n"))
    assert labels.of(source(*(tmp_path / "a" / f"{n}.dcm" for n in range(3)))) == "young"
    assert labels.of(source(*(tmp_path / "a" / "deep" / f"{n}.dcm" for n in range(3)))) == "old"


def test_one_line_for_any_slice_is_enough(tmp_path):
    labels = Labels({}, {(tmp_path / "2.dcm").resolve(): "old"})
    assert labels.of(source(*(tmp_path / f"{n}.dcm" for n in range(3)))) == "old"


def test_a_file_comes_before_a_name(tmp_path):
    labels = read_labels(write(tmp_path, "name,file,class\nT1,,young\n,p1/T1.nrrd,old\n"))
    assert labels.of(source(tmp_path / "p0" / "T1.nrrd")) == "young"
    assert labels.of(source(tmp_path / "p1" / "T1.nrrd")) == "old"


def test_slices_of_two_classes_are_refused(tmp_path):
    labels = Labels({}, {tmp_path.resolve() / f"{n}.dcm": name for n, name in enumerate(("old", "young"))})
    with pytest.raises(InputError, match=r"T1 must have one class, but its files have old, young\. Give"):
        labels.of(source(tmp_path / "0.dcm", tmp_path / "1.dcm"))


def test_a_volume_without_a_class_is_named():
    labels = Labels({"a": "young"})
    with pytest.raises(InputError, match=r"but 1 of 2 have none, b among them\. Add a line"):
        number_classes([source("a.nrrd", name="a"), source("b.nrrd", name="b")], labels)


def test_classes_are_numbered_in_the_order_of_their_names():
    labels = Labels({"a": "young", "b": "old", "c": "young"})
    sources = [source(f"{name}.nrrd", name=name) for name in "abc"]
    assert number_classes(sources, labels) == (("old", "young"), (1, 0, 1))


@pytest.mark.parametrize("text", ["", "name,kind\na,b\n", "class\nold\n"])
def test_a_table_that_lacks_a_column_is_told(tmp_path, text):
    with pytest.raises(InputError, match=r"labels.csv must have the columns `name` and `class`, got .+\. Add a line"):
        read_labels(write(tmp_path, text))


def test_a_table_is_looked_for_in_one_folder_alone(tmp_path):
    write(tmp_path, "name,class\na,old\n")
    assert find_labels([tmp_path]) == Labels({"a": "old"})
    assert find_labels([tmp_path, tmp_path]) is None


def volumes(*names):
    return [source(f"{name}.nrrd", name=name) for name in names]


def test_a_row_without_a_class_is_told_with_its_number(tmp_path):
    path = write(tmp_path, "name,class\n001,sick\n002\n003,well\n")
    with pytest.raises(InputError, match=r"labels\.csv must have a class in row 3, got '002'\. Add what is missing\."):
        read_labels(path)
    with pytest.raises(InputError, match=r"labels\.csv must have a name in row 2, got ', sick'\."):
        read_labels(write(tmp_path, "name,class\n,sick\n"))


def test_lines_of_spaces_count_for_nothing(tmp_path):
    assert read_labels(write(tmp_path, "name,class\n\na,sick\n   \n , \nb,well\n")).by_name == {
        "a": "sick",
        "b": "well",
    }


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_columns_may_be_parted_as_spreadsheets_do(tmp_path, delimiter):
    text = "\ufeffName,Class\na,sick\nb,well\n".replace(",", delimiter)
    assert read_labels(write(tmp_path, text)).by_name == {"a": "sick", "b": "well"}


@pytest.mark.parametrize(
    ("row", "name"), [("1", "001"), ("sub-1", "sub-001"), ("Sub-001", "sub-001"), ("001.nii.gz", "001")]
)
def test_a_row_that_fits_no_volume_is_told_with_the_one_likely_meant(tmp_path, row, name):
    labels = read_labels(write(tmp_path, f"name,class\n{row},sick\nother,well\n"))
    with pytest.raises(InputError) as error:
        number_classes(volumes(name, "other"), labels)
    assert f"labels.csv has a row {row!r}, which fits no volume, but {name} is likely meant." in str(error.value)


def test_fields_of_any_length_are_told(tmp_path):
    with pytest.raises(InputError, match=r"labels\.csv can't be read as a table of classes: it is no table \(field"):
        read_labels(write(tmp_path, f'name,class\n"{"a" * 200_000}",sick\n'))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_in_the_encodings_that_spreadsheets_save(tmp_path, encoding):
    (tmp_path / "labels.csv").write_bytes("name;class\r\nSchädel;größer\r\nb;kleiner\r\n".encode(encoding))
    assert read_labels(tmp_path / "labels.csv").by_name == {"Schädel": "größer", "b": "kleiner"}


def test_what_is_no_text_is_no_table(tmp_path):
    (tmp_path / "labels.csv").write_bytes(bytes(1000))
    with pytest.raises(InputError, match=r"^labels\.csv can't be read as a table of classes: it is no table \(it"):
        read_labels(tmp_path / "labels.csv")
