using ProcessArsenal.Telemetry.Events;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>Which of process-exporter's groups the processes belong to that ended in this tick: those that were sampled, and those that were not, whose
/// ancestors may be among either.</summary>
internal sealed class EndedNames
{
    private const int MaxDepth = 64;

    private readonly Dictionary<int, GroupKey> _sampled = [];
    private readonly Dictionary<int, ProcessLife> _lives = [];

    public void Clear()
    {
        _sampled.Clear();
        _lives.Clear();
    }

    public void Add(int pid, GroupKey key) => _sampled[pid] = key;

    public void Add(ProcessLife life) => _lives[life.Pid] = life;

    /// <param name="alive">All processes that live, in ascending order of pid; their groups are known.</param>
    public GroupKey? Resolve(ProcessLife life, List<TrackedProcess> alive, NamedGroupOptions options)
    {
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            if (life.Description is { } description && options.Match(description, life.Pid) is { } key) return key;
            if (_sampled.TryGetValue(life.ParentPid, out GroupKey? parent)) return parent;
            if (NamedGroupResolver.Find(alive, life.ParentPid) is { } living) return living.Named?.Key;
            if (!_lives.TryGetValue(life.ParentPid, out ProcessLife? next)) return null;
            life = next;
        }
        return null;
    }
}
