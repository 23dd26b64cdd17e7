from modengine.lab.data.card import load_card as load_card
from modengine.lab.data.card import read_card as read_card
from modengine.lab.data.templates import shipped_templates as shipped_templates
from modengine.lab.specimens.card import read_specimens as read_specimens
from modengine.lab.specimens.measure import measure_specimens as measure_specimens
from modengine.lab.studies.evade import evade as evade
from modengine.lab.studies.evaluate import evaluate as evaluate
from modengine.lab.studies.fairness import fairness as fairness
