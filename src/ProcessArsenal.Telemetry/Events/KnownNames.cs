using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Events;

/// <summary>The latest description of each name (comm), for processes that were gone before anything but their name was known of them: who is
/// called like somebody known is most likely the same program. Bounded.</summary>
internal sealed class KnownNames
{
    private const int Most = 1024;
    private readonly Dictionary<string, ProcessDescription> _byName = new(StringComparer.Ordinal);

    public void Add(ProcessDescription description)
    {
        if (description.Executable is null) return;
        if (_byName.Count >= Most && !_byName.ContainsKey(description.Name)) _byName.Clear(); // Names can be chosen at will: begin anew.
        _byName[description.Name] = description;
    }

    public ProcessDescription? Find(string? name) => name is null ? null : _byName.GetValueOrDefault(name);
}
