using System.Collections.Concurrent;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Tells the log what became of supervised children, each thing once.</summary>
internal sealed partial class SupervisionChanges(ILogger logger)
{
    private readonly ConcurrentDictionary<string, SupervisorView> _last = new(StringComparer.Ordinal);

    /// <summary>Told of each change by the supervisor's own loop, one after the other: it must not wait.</summary>
    public void Tell(SupervisorView view)
    {
        SupervisorView? before = _last.GetValueOrDefault(view.Name);
        _last[view.Name] = view;
        if (view.LatchedSince is not null && before?.LatchedSince is null) Log.Latched(logger, view.Name, view.LatchedWhy ?? "");
        if (view.LatchedSince is null && before?.LatchedSince is not null) Log.Reset(logger, view.Name);
        if (view.Trouble is { } trouble && trouble != before?.Trouble) Log.Trouble(logger, view.Name, trouble);
        if (before is null) foreach (UnconfiguredChild child in view.Unconfigured) Log.Unconfigured(logger, view.Name, child.Name, child.Identity);
        for (int i = 0; i < view.Children.Count; i++) Tell(view, view.Children[i], before?.Children[i]);
    }

    private void Tell(SupervisorView view, ChildView child, ChildView? before)
    {
        if (child.LastEnd is { } end && before is not null && end.At != before.LastEnd?.At)
        {
            string next = child.State switch
            {
                ChildState.Waiting or ChildState.Starting => "it is started again",
                ChildState.Running => "it was started again",
                ChildState.Failed => "it is given up",
                _ => "it is not started again by itself",
            };
            if (child.State is ChildState.Failed) Log.GivenUp(logger, view.Name, child.Name, end.Why);
            else Log.Ended(logger, view.Name, child.Name, end.Why, next);
        }
        if (child.Identity is { } identity && identity != before?.Identity)
        {
            if (child.IsAdopted) Log.Adopted(logger, view.Name, child.Name, identity);
            else Log.Started(logger, view.Name, child.Name, identity);
        }
        if (child.Trouble is { } trouble && trouble != before?.Trouble) Log.ChildTrouble(logger, view.Name, child.Name, trouble);
    }

    private static partial class Log
    {
        [LoggerMessage(570, LogLevel.Warning, "Supervisor {Supervisor} is latched and starts nothing more by itself: {Reason}. When that is made right: process-arsenal start --reset {Supervisor}/CHILD")]
        public static partial void Latched(ILogger logger, string supervisor, string reason);

        [LoggerMessage(571, LogLevel.Information, "Supervisor {Supervisor} is latched no more")]
        public static partial void Reset(ILogger logger, string supervisor);

        [LoggerMessage(572, LogLevel.Warning, "Supervisor {Supervisor}: {Trouble}")]
        public static partial void Trouble(ILogger logger, string supervisor, string trouble);

        [LoggerMessage(573, LogLevel.Warning, "{Supervisor}/{Child} runs as {Identity} and is in the configuration no more: it is left alone")]
        public static partial void Unconfigured(ILogger logger, string supervisor, string child, ProcessIdentity identity);

        [LoggerMessage(574, LogLevel.Information, "{Supervisor}/{Child}: {How}; {Next}")]
        public static partial void Ended(ILogger logger, string supervisor, string child, string how, string next);

        [LoggerMessage(575, LogLevel.Warning, "{Supervisor}/{Child}: {How}; it is given up")]
        public static partial void GivenUp(ILogger logger, string supervisor, string child, string how);

        [LoggerMessage(576, LogLevel.Information, "{Supervisor}/{Child} was taken up: {Identity}")]
        public static partial void Adopted(ILogger logger, string supervisor, string child, ProcessIdentity identity);

        [LoggerMessage(577, LogLevel.Information, "{Supervisor}/{Child} was started: {Identity}")]
        public static partial void Started(ILogger logger, string supervisor, string child, ProcessIdentity identity);

        [LoggerMessage(578, LogLevel.Warning, "{Supervisor}/{Child}: {Trouble}")]
        public static partial void ChildTrouble(ILogger logger, string supervisor, string child, string trouble);
    }
}
