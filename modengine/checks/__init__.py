"""What a careful reader would object to in a rule file: one file a topic, one small class a check (`run.CHECKS`)."""
