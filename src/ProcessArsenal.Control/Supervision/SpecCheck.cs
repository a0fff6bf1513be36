using System.Buffers;

namespace ProcessArsenal.Control.Supervision;

/// <summary>What is wrong with specifications, so that nothing is started by a wrong one.</summary>
public static class SpecCheck
{
    public const int MostSupervisors = 32, MostChildren = 64, MostArguments = 1000, MostTextLength = 32 * 1024, LongestName = 64;

    private const int ArgumentBytes = 1 << 20; // execve(2) takes 2 MiB of arguments and environment by default, a quarter of the stack's limit.

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>Of ours in the directory of all supervisors, so that none can have a directory of that name.</summary>
    private const string Taken = "lock";

    /// <summary>Whether a text can be the name of a child.</summary>
    public static bool IsName(string text) => NameError(text) is null;

    /// <summary>Why a text can't be the name of a supervisor, or of a child; null if it can.</summary>
    /// <returns>To follow "the name".</returns>
    public static string? NameError(string name, bool isSupervisor) => NameError(name) ?? (isSupervisor && name == Taken ? "is that of a file of ours: choose another" : null);

    /// <summary>All that is wrong, each as a sentence that says where and what to do; empty if nothing is.</summary>
    public static IReadOnlyList<string> Errors(IReadOnlyList<SupervisorSpec> supervisors)
    {
        var errors = new List<string>();
        if (supervisors.Count > MostSupervisors) errors.Add($"supervisors: {supervisors.Count} are too many, at most {MostSupervisors}");
        Twice(supervisors.Select(supervisor => supervisor.Name), "supervisors: two are named", errors);
        foreach (SupervisorSpec supervisor in supervisors) Check(supervisor, errors);
        IEnumerable<string> paths = supervisors.SelectMany(supervisor => supervisor.Children).Select(child => child.Log.Path).OfType<string>();
        Twice(paths, "log: two children write to", errors);
        return errors;
    }

    private static void Check(SupervisorSpec supervisor, List<string> errors)
    {
        string at = $"supervisor '{Shown(supervisor.Name)}'";
        if (NameError(supervisor.Name, isSupervisor: true) is { } wrong) errors.Add($"{at}: name {wrong}");
        if (supervisor.Children.Count is < 1 or > MostChildren) errors.Add($"{at}: children: 1 to {MostChildren}, not {supervisor.Children.Count}");
        if (!Enum.IsDefined(supervisor.Strategy)) errors.Add($"{at}: strategy is none");
        Range(at, "max_restarts", supervisor.MaxRestarts, 0, 1000, errors);
        Range(at, "max_seconds", supervisor.MaxSeconds, 1, 86_400, errors);
        Twice(supervisor.Children.Select(child => child.Name), $"{at}: two children are named", errors);
        foreach (ChildSpec child in supervisor.Children) Check($"{at}: child '{Shown(child.Name)}'", child, errors);
    }

    private static void Check(string at, ChildSpec child, List<string> errors)
    {
        if (NameError(child.Name) is { } wrong) errors.Add($"{at}: name {wrong}");
        if (child.Command.Count == 0 || child.Command[0].Length == 0) errors.Add($"{at}: command is empty: name a program");
        if (child.Command.Count > MostArguments) errors.Add($"{at}: command has {child.Command.Count} arguments, at most {MostArguments}");
        if (child.Command.Any(IsNoText)) errors.Add($"{at}: command has an argument with a NUL, or longer than {MostTextLength} characters");
        if (child.WorkingDirectory is { } directory && (!Path.IsPathRooted(directory) || IsNoText(directory))) errors.Add($"{at}: working_directory must be an absolute path");
        foreach ((string key, string value) in child.Environment)
            if (key.Length == 0 || key.Contains('=', StringComparison.Ordinal) || IsNoText(key) || IsNoText(value)) errors.Add($"{at}: environment '{Shown(key)}' is no variable: a name without '=', and no NUL");
        if (child.Command.Sum(text => text.Length) + child.Environment.Sum(pair => pair.Key.Length + pair.Value.Length) > ArgumentBytes)
            errors.Add($"{at}: command and environment are longer than {ArgumentBytes} characters together");
        if (child.User is { } user && (user.Length == 0 || NameError(user) is not null)) errors.Add($"{at}: user '{Shown(user)}' is neither a name nor a number");
        if (!Enum.IsDefined(child.Restart)) errors.Add($"{at}: restart is none");
        Range(at, "stop_signal", child.StopSignal, 1, 64, errors);
        Range(at, "stop_timeout", child.StopTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), errors);
        if (child.Log.Path is { } log && (!Path.IsPathRooted(log) || log.EndsWith('/') || IsNoText(log))) errors.Add($"{at}: log: path must be an absolute path of a file");
        Range(at, "log: max_size", child.Log.MaxSize, 64 << 10, 1L << 40, errors);
        Range(at, "log: keep", child.Log.Keep, 0, 100, errors);
        if (child.Health is { } health) Check($"{at}: health", health, errors);
    }

    private static void Check(string at, HealthSpec health, List<string> errors)
    {
        if (!health.Http.IsAbsoluteUri || health.Http.Scheme is not ("http" or "https")) errors.Add($"{at}: http must be a URL that begins with http:// or https://");
        Range(at, "interval", health.Interval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), errors);
        Range(at, "failures", health.Failures, 1, 100, errors);
        Range(at, "timeout", health.Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5), errors);
        Range(at, "start_period", health.StartPeriod, TimeSpan.Zero, TimeSpan.FromHours(1), errors);
    }

    private static string? NameError(string name)
    {
        if (name.Length == 0) return "is empty";
        if (name.Length > LongestName) return $"is longer than {LongestName} characters";
        if (name[0] is '.' or '-') return "must not begin with '.' or '-'";
        return name.AsSpan().ContainsAnyExcept(NameCharacters) ? "may have letters, digits, '-', '_' and '.' only" : null;
    }

    private static bool IsNoText(string text) => text.Length > MostTextLength || text.Contains('\0', StringComparison.Ordinal);

    private static void Twice(IEnumerable<string> names, string what, List<string> errors) =>
        errors.AddRange(names.GroupBy(name => name, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => $"{what} '{Shown(same.Key)}'"));

    private static void Range<T>(string at, string what, T value, T least, T most, List<string> errors)
        where T : IComparable<T>, IFormattable
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            errors.Add(FormattableString.Invariant($"{at}: {what} is {value}: {least} to {most}"));
    }

    private static string Shown(string text) => string.Concat(text.Take(LongestName).Select(letter => letter is >= ' ' and <= '~' ? letter : '?'));
}
