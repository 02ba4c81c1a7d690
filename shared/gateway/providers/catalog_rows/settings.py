"""Settings of a channel that several rows ask for."""

from gateway.providers.spec import ConfigField

REGION = ConfigField(name="region", label="Region", required=True, placeholder="us-east-1")
# Every compatible row that offers ``responses`` has it: many servers have chat alone.
RESPONSES = ConfigField(
    name="responses",
    label="Responses API",
    placeholder="chat where the server has no /v1/responses",
)
VERTEX = (
    ConfigField(name="region", label="Region", required=True, placeholder="us-central1 or global"),
    ConfigField(name="vertex_ai_project_id", label="Project id", required=True),
    ConfigField(
        name="vertex_ai_adc",
        label="Service account (JSON of the key file)",
        required=True,
        secret=True,
    ),
)

# What a server takes beside what its row says; read by ``outbound.canonical.takes``.
TAKES = ConfigField(
    name="takes",
    label="Takes besides",
    placeholder="fields, marks and betas, comma separated; -name is never sent",
)
BETAS = ConfigField(name="anthropic_beta", label="Beta features", placeholder="comma separated")
