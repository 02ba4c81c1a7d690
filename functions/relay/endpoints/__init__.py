"""Routes that are not one relayed request: the proxy, lists of models, one-api's dashboard, token counts."""
