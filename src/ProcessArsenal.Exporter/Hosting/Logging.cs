using Microsoft.Extensions.Logging.Console;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Logs go to standard error, one line an event; with journald's priorities where systemd connects it.</summary>
internal static class Logging
{
    public static LogLevelSwitch Add(ILoggingBuilder logging, LogLevel level)
    {
        var levelSwitch = new LogLevelSwitch { Level = level };
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddFilter((category, wanted) => wanted >= levelSwitch.LevelOf(category));
        logging.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 })
        {
            logging.AddSystemdConsole();
        }
        else
        {
            logging.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                options.UseUtcTimestamp = true;
                options.ColorBehavior = Console.IsErrorRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
            });
        }
        return levelSwitch;
    }
}

/// <summary>The level, changeable while running.</summary>
internal sealed class LogLevelSwitch
{
    private volatile LogLevel _level;

    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }

    /// <summary>What the framework says at Information is noise to our user, and that the host failed we say ourselves, in one line.</summary>
    public LogLevel LevelOf(string? category) =>
        category is "Microsoft.Extensions.Hosting.Internal.Host" ? LogLevel.None
        : category is "Microsoft.AspNetCore.Server.Kestrel.Connections" && Level > LogLevel.Debug ? LogLevel.Error // A line for each that is refused: whoever connects could fill a disk.
        : category is not null && category.StartsWith("Microsoft.", StringComparison.Ordinal) && Level == LogLevel.Information ? LogLevel.Warning : Level;
}
