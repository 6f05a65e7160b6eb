"""The sentences of a validation in other languages; English where a language has none."""

from __future__ import annotations

from collections.abc import Mapping

ZH: Mapping[str, str] = {
    "Findings": "发现的问题",
    "Checked and passed": "已检查并通过",
    "Not checked": "未检查",
    "what": "问题",
    "where": "位置",
    "number": "数值",
    "rule": "规则",
    "advice": "建议",
    "{n} persons, {groups} groups.": "{n}人，{groups}个小组。",
    "{n} persons.": "{n}人。",
    "No fault was found among what was checked.": "在已检查的内容中没有发现问题。",
    "{one} and {two}": "{one}与{two}",
    "{item} in {scale}": "{scale}中的{item}",
    "{item} of {own}: also {other}": "{own}的{item}：同时负荷于{other}",
    "runs against its scale": "与所属量表方向相反",
    "hardly belongs to its scale": "与所属量表关系很弱",
    "unreliable scale": "量表信度不足",
    "constructs not told apart by persons": "在个人层面无法区分的构念",
    "constructs not told apart between groups": "在小组层面无法区分的构念",
    "loads on another construct too": "同时负荷于另一构念",
    "the model does not fit": "模型拟合不佳",
    "A reverse-worded item, read like the others: reword or drop it.":
        "反向题被当作正向题作答：请改写或删除。",
    "Is it keyed the wrong way round?": "计分方向是否弄反了？",
    "Reword it, or leave it out.": "请改写或删除。",
    "Reword or drop the item.": "请改写或删除该题。",
    "Add items, or find the one that does not belong.": "请增加题目，或找出不属于该量表的题目。",
    "Merge them, or reword the items that they share.": "请合并这些构念，或改写两者共有的题目。",
    "They cannot both explain an outcome of groups: merge them or drop one.":
        "两者不能同时解释小组层面的结果：请合并或去掉其中一个。",
    "See the pairs of items that say nearly the same, and its facets.":
        "请查看内容几乎相同的题目对及其维度。",
    "All {n} items go with their scale (item-rest correlation {rule}).":
        "全部{n}题都与所属量表一致（题目与其余题目总分的相关{rule}）。",
    "Omega of {n} scales lies between {low:.2f} and {high:.2f}.":
        "{n}个量表的omega在{low:.2f}到{high:.2f}之间。",
    "No item loads on a construct that is not its own.": "没有题目负荷于其他构念。",
    "All pairs of constructs differ between {n} groups.": "在{n}个小组之间，各对构念都可以区分。",
    "The constructs' own models fit as well as simulated cut-offs ask.":
        "各构念的模型达到了为其模拟的拟合临界值。",
    "{n} of {all} scales have equal loadings within groups and between them.":
        "{all}个量表中有{n}个在组内与组间的负荷相等。",
    "Loadings differ within groups and between them (read ICCs with care): {names}.":
        "组内与组间的负荷不同（请谨慎解读ICC）：{names}。",
    "How many factors each scale has, rival models, levels, a common method: --thorough "
    "(thorough=True) asks.":
        "各量表的因子数、竞争模型、层次比较与共同方法：使用 --thorough（thorough=True）检查。",
    "How many factors {scale} has: 6 items or more are needed, it has {n}.":
        "{scale}的因子数：需要至少6题，现有{n}题。",
    "How many factors {scale} has: {why}.": "{scale}的因子数：{why}。",
    "Omega of {scale}: {why}.": "{scale}的omega：{why}。",
    "one factor of two items is not identified": "两道题的单因子模型无法识别",
    "Reliability: {why}.": "信度：{why}。",
    "One model of all constructs: {why}.": "包含所有构念的模型：{why}。",
    "Constructs between groups: {why}.": "小组层面的构念：{why}。",
    "Rival models: {why}.": "竞争模型：{why}。",
    "Levels: {why}.": "层次比较：{why}。",
    "Fit of {scope}: {why}.": "{scope}的拟合：{why}。",
    "A common method: {why}.": "共同方法：{why}。",
}  # fmt: skip
"""A first translation by one hand, not reviewed by a native speaker; reasons stay in English."""

LANGUAGES: Mapping[str, Mapping[str, str]] = {"zh": ZH}


def said(language: str | None, text: str, **values: object) -> str:
    """Return a sentence in a language, with values put in.

    Parameters
    ----------
    language
        Two letters; English where None or where the language has no such sentence.
    text
        The English sentence, which names it.
    values
        What stands in its braces.

    Examples
    --------
    >>> said("zh", "{n} persons.", n=3)
    '3人。'
    >>> said(None, "{n} persons.", n=3)
    '3 persons.'
    """
    found = LANGUAGES.get(language or "", {}).get(text, text)
    return found.format(**values) if values else found
