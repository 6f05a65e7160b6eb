"""Columns that identify persons, recognised by their headings."""

from __future__ import annotations

from collective_use.platforms.profile import squeezed

_PERSONAL = frozenset(
    [
        "ip",
        "ipaddress",
        "ipaddr",
        "ipadresse",
        "ipaddresse",
        "email",
        "emailaddress",
        "emailaddresses",
        "emailadresse",
        "mail",
        "name",
        "firstname",
        "lastname",
        "fullname",
        "surname",
        "givenname",
        "familyname",
        "namefirst",
        "namelast",
        "yourname",
        "recipientlastname",
        "recipientfirstname",
        "recipientemail",
        "externalreference",
        "externaldatareference",
        "locationlatitude",
        "locationlongitude",
        "locationaccuracy",
        "latitude",
        "longitude",
        "geolocation",
        "gps",
        "telephone",
        "telephone1",
        "telephone2",
        "phone",
        "phonenumber",
        "mobile",
        "mobilenumber",
        "address",
        "streetaddress",
        "customdata1",
        "token",
        "refurl",
        "username",
        "deviceid",
        "subscriberid",
        "simid",
        "simserial",
        "phonenumber",
        "dob",
        "dateofbirth",
        "birthdate",
        "mugshot",
        "redcapsurveyidentifier",
        "respondentemail",
        "userid",
        "姓名",
        "邮箱",
        "电子邮箱",
        "电子邮件",
        "手机",
        "手机号",
        "手机号码",
        "电话",
        "联系电话",
        "身份证号",
        "ip地址",
        "来自ip",
        "微信号",
    ]
)


def is_personal(heading: str) -> bool:
    """Tell whether a heading names something that identifies a person.

    Examples
    --------
    >>> is_personal("IP Address"), is_personal("Group")
    (True, False)
    """
    return squeezed(heading) in _PERSONAL


__all__ = ["is_personal", "squeezed"]
