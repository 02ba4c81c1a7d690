"""Local gateways with one fault each, as a deployment may have it: for tools that must find it."""
