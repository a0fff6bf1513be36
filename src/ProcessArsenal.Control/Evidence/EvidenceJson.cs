using System.Text.Json.Serialization;
using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Tracing.Stacks;

namespace ProcessArsenal.Control.Evidence;

/// <summary>The JSON of a bundle, as the API has it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(EvidenceManifest))]
[JsonSerializable(typeof(EvidenceHistory))]
[JsonSerializable(typeof(EvidenceLifecycle))]
[JsonSerializable(typeof(EvidenceTree))]
[JsonSerializable(typeof(ProcessInspection))]
[JsonSerializable(typeof(RuntimeAccount))]
[JsonSerializable(typeof(ThreadStacks))]
internal sealed partial class EvidenceJson : JsonSerializerContext;
