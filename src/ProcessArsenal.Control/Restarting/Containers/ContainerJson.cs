using System.Text.Json.Serialization;

namespace ProcessArsenal.Control.Restarting.Containers;

/// <summary>The answer to <c>GET /containers/{id}/json</c> (Docker Engine API, ContainerInspect), as far as it is used.</summary>
internal sealed record ContainerDetails(string? Id, ContainerState? State, ContainerHostConfig? HostConfig, ContainerConfig? Config);

/// <param name="Pid">Of its main process, as the engine sees it; 0: none.</param>
/// <param name="Restarting">Whether the engine is about to start it again by itself.</param>
internal sealed record ContainerState(string? Status, bool Running, bool Paused, bool Restarting, bool Dead, int Pid, int ExitCode, string? Error);

/// <param name="AutoRemove">Whether it is removed once it stops.</param>
internal sealed record ContainerHostConfig(bool AutoRemove);

internal sealed record ContainerConfig(IReadOnlyDictionary<string, string?>? Labels);

/// <summary>What an engine answers where it can't do what it should.</summary>
internal sealed record EngineError([property: JsonPropertyName("message")] string? Message);

[JsonSourceGenerationOptions(MaxDepth = 32)]
[JsonSerializable(typeof(ContainerDetails))]
[JsonSerializable(typeof(EngineError))]
internal sealed partial class ContainerJson : JsonSerializerContext;
