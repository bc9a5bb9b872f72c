"""Places are cut out, written in one way and told apart."""

import pytest

from bot.classifier import NOWHERE, Where
from bot.classifier.places import Place, Places, arabic, differ
from tests.unit.classifier.builders import county_data

PLACES = Places(county_data().places)


def find(text: str, where: Where = NOWHERE) -> Place:
    place = PLACES.find(text, where)
    assert place is not None, text
    return place


@pytest.mark.parametrize(
    ("said", "digits"),
    [("十二", "12"), ("十", "10"), ("二十", "20"), ("二十三", "23"), ("两", "2"), ("一百零五", "105"), ("7", "7")],
)
def test_numbers_are_written_in_digits(said: str, digits: str) -> None:
    assert arabic(said) == digits


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("十二栋漏水", "12栋"),
        ("12幢漏水", "12栋"),
        ("三号楼二单元楼道灯坏了", "3号楼2单元楼道"),
        ("我住5-2-301，楼上漏水", "5号楼2单元301"),
        ("8号楼601漏雨", "8号楼601"),
        ("二组的水管爆了", "2组"),
        ("东门垃圾没人清", "东门"),
        ("惠民超市门口井盖没了", "惠民超市门口"),
        ("人民路十字路口红绿灯坏了", "人民路十字路口"),
        ("一楼到四楼都不亮", "1楼到4楼"),
        ("全小区停电", "全小区"),
    ],
)
def test_a_place_is_cut_out(text: str, place: str) -> None:
    assert find(text).text == place


@pytest.mark.parametrize("text", ["今天天气真好", "这条路真难走吗", "我走在路上", "他问路", "下楼吃饭"])
def test_no_place_is_made_up(text: str) -> None:
    place = PLACES.find(text, NOWHERE)
    assert place is None or not place.has("named", "building", "known")


def test_one_writing_for_one_building() -> None:
    assert find("十二栋").numbers("building") == find("12号楼").numbers("building") == find("12幢").numbers("building")


def test_two_numbers_of_one_kind_tell_places_apart() -> None:
    assert differ(find("3号楼"), find("7号楼"))
    assert not differ(find("3号楼"), find("3栋2单元"))
    assert not differ(find("3号楼"), find("东门"))


def test_known_names_are_found_and_the_estate_completes_a_building() -> None:
    where = Where(names=("柳林小区", "青石桥"), prefix="柳林小区")
    assert PLACES.complete(find("3号楼停水", where), where) == "柳林小区3号楼"
    assert PLACES.complete(find("柳林小区3号楼停水", where), where) == "柳林小区3号楼"
    assert PLACES.complete(find("青石桥那边塌了", where), where) == "青石桥"
    assert PLACES.complete(find("3号楼停水"), NOWHERE) == "3号楼"


def test_what_only_neighbours_know_is_completed_and_what_has_its_own_name_is_not() -> None:
    where = Where(names=("青石沟村", "河套", "二道弯", "青石沟一组", "沿河路", "青石沟小学"), prefix="青石沟村")
    assert PLACES.complete(find("河套有个娃掉冰窟窿里了", where), where) == "青石沟村河套"
    assert PLACES.complete(find("全村都没水了", where), where) == "青石沟村全村"
    assert PLACES.complete(find("一组的灯都不亮", where), where) == "青石沟村1组"
    for own in ("沿河路", "青石沟一组", "青石沟小学"):
        assert not PLACES.complete(find(f"{own}那边塌了", where), where).startswith("青石沟村")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("4号楼1、2单元都没水", "4号楼1、2单元"),
        ("红楼二三层断电", "2、3层"),
        ("3号楼402跟502吵起来了", "3号楼402、502"),
        ("负二层进水了", "负2层"),
        ("C区12号没人应", "C区12号"),
        ("17-586漏水", "17号楼586"),
        ("我们楼3楼到5楼灯不亮", "3楼到5楼"),
        ("电杆那边掉下来一根线", "电杆"),
        ("村口垃圾箱满了", "村口垃圾箱"),
        ("往东门跑，4单元着火了", "4单元"),
    ],
)
def test_more_ways_to_say_where(text: str, place: str) -> None:
    assert find(text).text == place


def test_a_date_is_no_door_and_next_doors_village_no_place() -> None:
    assert PLACES.find("15号前要灌", NOWHERE) is None
    assert PLACES.find("隔壁柳村去年就领完了", NOWHERE) is None
