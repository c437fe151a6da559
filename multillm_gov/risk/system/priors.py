"""Assumptions where nothing is declared or measured (method 9); derived figures show as assumed.

Sources: [S10] Chu, Talluri, Lu and Iosup, An empirical characterization of outages of public LLM
services, ICPE 2025, arXiv 2501.12469, with its daily data to 31 August 2024; [S17] engineering beta
factors (weibull.com hotwire 115).
"""

from multillm_gov.measures.cost.repricing import BASE_RISE

HOURS_PER_YEAR = 8_760
MINUTES_PER_DAY = 1_440

FIRST_PARTY_UNAVAILABILITY = 0.0030
"""Unavailability of a vendor's own API: between OpenAI's .0018 weighted and .0042 raw [S10]."""
HYPERSCALER_SERVED_UNAVAILABILITY = 0.0020
"""Unavailability of a model on a large cloud's own service: judgment, below the vendors' own."""
HOST_UNAVAILABILITY = 0.0005
"""Unavailability of a cloud itself, besides its services: judgment; as on 12 June 2025."""
GATEWAY_UNAVAILABILITY = 0.0005
"""Share of the time one's own gateway, key store or network is down: judgment."""
OUTAGE_MEAN_HOURS = 1.5
"""Mean length of an outage: 1.48 h over all services of [S10]."""
OUTAGE_SIGMA = 1.2
"""Sigma of the lognormal length of an outage: OpenAI's 329 incidents give 1.1891 [S10]."""

BETA_OTHERWISE = 0.02
"""Shared part, other vendor and cloud: OpenAI and Anthropic APIs, .03 [.001, .14] (from [S10])."""
BETA_SAME_CLOUD = 0.10
"""Shared part, one cloud, different vendors: no data; upper end of engineering betas [S17]."""
BETA_SAME_VENDOR = 0.45
"""Shared part, one vendor, separate surfaces: OpenAI API, ChatGPT, .46 [.34, .59] (from [S10])."""
BETA_SAME_PROVIDER = 0.90
"""Shared part, one vendor and provider: Anthropic API, claude.ai, .92 [.74, .99] (from [S10])."""

COVERAGE_TESTED = 0.90
"""Failures noticed and rerouted in time where a drill survived (method 3.3, 9)."""
COVERAGE_UNTESTED = 0.50
"""The same where nothing was drilled: a fallback that was never tried is worth half."""
COVERAGE_NONE = 0.0
"""The same without a fallback, or where the drill failed."""

DEMAND_VARIATION = 0.20
"""Coefficient of variation of a year's demand: judgment."""
DEMAND_COMMON_SHARE = 0.50
"""Share of that variance that all task classes have in common: judgment."""
MODERATE_SHOCK_CHANCE = 0.20
"""Chance per vendor and contract year of a moderate repricing: judgment."""
MODERATE_SHOCK_FACTOR = 1 + BASE_RISE
"""Price after a moderate repricing: between the mild and severe moves of method 5."""
SEVERE_SHOCK_CHANCE = 0.05
"""Chance per vendor and contract year of a severe repricing: judgment."""
SEVERE_SHOCK_FACTOR = 2.00
"""Price after a severe repricing: the class of Gemini 2.5 Flash and DeepSeek in 2025 (method 5)."""
RETIREMENT_MEDIAN_MONTHS = 18.1
"""Median life of a model: 114 model and date pairs of LiteLLM 1.109.1 (method 4)."""
MIGRATION_LEAD_DAYS = 90
"""Evaluation, prompts and change window of a move to another model (method 4)."""

REROUTE_HOURS = 24
"""Hours until people have rerouted by hand what a failover missed, in a loss of weeks: judgment."""

HYPERSCALERS = frozenset({"aws", "azure", "gcp"})
"""Clouds whose own model services count as hyperscaler-served."""
