"""Is this eligible for that bug-bounty program, and why?

>>> import scopecheck as sc
>>> program = sc.Program.from_assets(include=["*.example.com"], exclude=["blog.example.com"])
>>> sc.Checker(program).check("https://api.example.com/v1").in_scope
True
"""

from scopecheck.answer.checker import Checker as Checker
from scopecheck.scope.model import Program as Program
