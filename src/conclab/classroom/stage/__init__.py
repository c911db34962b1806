"""The stage: decides, from outside the submission's process, in which order its steps happen.

Every operation on a hosted thing, and on the submission's own locks, is a question that its thread waits
for. So the order of the answers is the interleaving: one thread of the submission runs at a time, from one
question to the next, and the verdict is computed here, from what is hosted here. `conclab.explore`'s
policies choose; the bound, the promise and the replay codes are theirs.
"""
