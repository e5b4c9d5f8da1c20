"""What help and docs/commands.md show as examples is right: the checker has nothing to say about it."""
import re
import subprocess

from conftest import OBJ


def test_examples_of_commands(tool):
    out = subprocess.run([OBJ / 'docs-tables', 'commands'], check=True, text=True, stdout=subprocess.PIPE).stdout
    examples = re.findall(r'^### (\S+)\n.*?^```\n(.*?)^```$', out, re.M | re.S)
    assert len(examples) > 30
    wrong = {}
    for name, example in examples:
        # A label that an example jumps to is not part of it.
        labels = ''.join(f':{label}\n' for label in sorted(set(re.findall(r'goto (\w[\w-]*)', example))))
        said = [line for line in tool.check(example + labels) if ': error: ' in line or 'warning: no ' in line]
        if said or name not in example:
            wrong[name] = said
    assert wrong == {}
