"""Commands around people who code: sample, agree, estimate, power."""
