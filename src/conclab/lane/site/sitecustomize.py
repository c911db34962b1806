"""Found by the processes of `conclab trace` before any other of its name: observes, then runs the other.

In words that every Python understands: whatever the program starts may come by here, a Python 2 included.
Nothing is observed there, and nothing must change there.
"""

import os
import sys

if sys.version_info >= (3, 11):  # noqa: UP036 - an older one can't read the rest of conclab
    try:
        from conclab.lane.program import begin

        begin()
    except Exception:  # noqa: BLE001, S110 - nothing that keeps us from looking may stop the program
        pass

# The other is imported in our stead, under the name that it would have had without us.
_here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - Python 2 has no pathlib
_ours = [place for place in sys.path if os.path.abspath(place) == _here]  # noqa: PTH100
_this = sys.modules.pop(__name__)
for _place in _ours:
    sys.path.remove(_place)
try:
    __import__(__name__)
except ImportError as error:
    if getattr(error, "name", __name__) != __name__:
        raise  # the other is there and lacks something; Python 2 does not tell, and its site ignores both
finally:
    sys.path[:0] = _ours
    sys.modules.setdefault(__name__, _this)
