"""Forms: which items they ask, once each, and whether items say the same."""

from __future__ import annotations

from collective_use.instrument.check.context import Context
from collective_use.instrument.model import Form
from collective_use.yaml_source.document import Place


def check(context: Context) -> None:
    """Check every form, and that there is one default."""
    forms = context.instrument.forms
    for n, form in enumerate(forms):
        _blocks(context, form, ("forms", n))
    defaults = [n for n, form in enumerate(forms) if form.default]
    for n in defaults[1:]:
        first = forms[defaults[0]].id
        text = f"form {forms[n].id!r} is a default as well as {first!r}; keep one 'default: true'"
        context.say(("forms", n, "default"), text)
    _membership(context)


def _blocks(context: Context, form: Form, place: Place) -> None:
    asked: dict[str, str] = {}
    modules = [module.id for module in form.modules]
    for k, block in enumerate(form.blocks):
        whose = f"block {block.id!r} of form {form.id!r}"
        for m, name in enumerate(block.items):
            here = (*place, "blocks", k, "items", m)
            context.knows("items", name, here, whose)
            if name in asked:
                text = f"form {form.id!r} asks the item {name!r} twice"
                context.say(here, f"{text} (first in block {asked[name]!r}); keep one")
            asked.setdefault(name, block.id)
        if block.module is not None and block.module not in modules:
            text = f"{whose} names the module {block.module!r}, which the form does not define"
            context.say((*place, "blocks", k, "module"), f"{text}; add it under 'modules'")


def _membership(context: Context) -> None:
    asked = {
        form.id: {name for block in form.blocks for name in block.items}
        for form in context.instrument.forms
    }
    for n, item in enumerate(context.instrument.items):
        if not item.forms:
            continue
        for k, form in enumerate(item.forms):
            if form in asked and item.id not in asked[form]:
                text = f"item {item.id!r} says it is in form {form!r}, but no block of it asks"
                context.say(("items", n, "forms", k), f"{text} the item; add it to a block")
        for form, names in asked.items():
            if item.id in names and form not in item.forms:
                text = f"form {form!r} asks item {item.id!r}, which lists other forms only"
                context.say(("items", n, "forms"), f"{text}; add {form!r} to its forms")
