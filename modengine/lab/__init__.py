"""The lab: what a rule set really does to speech.

Every measurement is a function from a policy and a corpus to a frozen result, with n and an interval
beside each figure; the command line only renders it.  Needs `pip install modengine[lab]`.
"""
