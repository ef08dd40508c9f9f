"""Tells what Ansible makes of inventories: reads {name: source} as JSON on stdin, writes {name: answer}.

One process for all of them, by the same calls that `ansible-inventory --list` makes.
"""
import json
import math
import sys

from ansible import __version__
from ansible.cli.inventory import INTERNAL_VARS
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.yaml.objects import AnsibleVaultEncryptedUnicode
from ansible.utils.display import Display
from ansible.vars.manager import VariableManager

# Warnings and errors would be told at length; whether there was one is all that is asked.
Display.display = lambda self, msg, *args, **kwargs: None


def plain(value):
    """What JSON has; anything else, and numbers that a double can't keep, as {"opaque": true}."""
    if isinstance(value, AnsibleVaultEncryptedUnicode):
        return {"vault": value._ciphertext.decode()}
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else {"opaque": True}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"opaque": True}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        parts = [plain(one) for one in value]
        python = any(isinstance(one, (bytes, set, complex, type(...))) for one in value)
        return {"opaque": True} if python else parts
    if isinstance(value, dict):
        return {json.loads(json.dumps({key: 0}).split(":")[0].lstrip("{")): plain(one) for key, one in value.items()}
    return {"opaque": True}


def answer(source):
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[source])
    variables = VariableManager(loader=loader, inventory=inventory)
    hosts = {}
    for host in inventory.get_hosts():
        merged = variables.get_vars(host=host, include_hostvars=False, stage="all")
        hosts[host.name] = {key: plain(value) for key, value in merged.items() if key not in INTERNAL_VARS}
    groups = {
        group.name: {
            "hosts": sorted(host.name for host in group.hosts),
            "groups": sorted(child.name for child in group.child_groups),
        }
        for group in inventory.groups.values()
    }
    return {"hosts": hosts, "groups": groups}


def main():
    answers = {}
    for name, source in json.load(sys.stdin).items():
        try:
            answers[name] = answer(source)
        except Exception:
            answers[name] = "refused"
    json.dump({"version": __version__, "answers": answers}, sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)


main()
