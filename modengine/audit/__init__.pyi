from modengine.audit.write.recorder import Recorder as Recorder
from modengine.audit.write.recorder import recording as recording
