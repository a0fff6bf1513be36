using System.CommandLine;
using ProcessArsenal.Control.Actions;

namespace ProcessArsenal.Exporter.Commands.Acting;

/// <summary><c>stop</c>, <c>kill</c>, <c>restart</c>, <c>signal</c>, <c>suspend</c>, <c>resume</c>.</summary>
internal static class ActingCommands
{
    public static Command CreateStop(CommandContext context, SettingsOptions settings)
    {
        var timeout = new Option<string>("--timeout") { HelpName = "duration", Description = $"How long it has to end before it is killed. [default: {Configuration.Durations.Format(StopAction.UsualTimeout)}]" };
        return new ActingCommand(context, settings, "stop", "Ask processes to end (SIGTERM), and end them (SIGKILL) if they do not in time.",
            """
            Examples:
              process-arsenal stop 4711                             whoever has that pid now
              process-arsenal stop 4711-65123-ab12cd34              that process and no other, even if its pid is used again
              process-arsenal stop --where 'memory > 2GiB'          show who that would be
              process-arsenal stop --where 'memory > 2GiB' --yes    and do it
              process-arsenal stop shop/orders                      a supervised child, by its own stop_signal; it stays so until it is started

            A supervised child whose process is stopped by its pid, or killed, is started again as its restart type says.
            """,
            (result, body) =>
            {
                if (result.GetValue(timeout) is { } given) body["timeout"] = given;
                return true;
            }, timeout).Command;
    }

    public static Command CreateKill(CommandContext context, SettingsOptions settings) => new ActingCommand(context, settings, "kill", "End processes at once (SIGKILL).",
        """
        Examples:
          process-arsenal kill 4711-65123-ab12cd34 --reason "holds the lock"
          process-arsenal kill --where 'cpu > 300% for 10m'         show who that would be
        """).Command;

    public static Command CreateRestart(CommandContext context, SettingsOptions settings)
    {
        var timeout = new Option<string>("--timeout") { HelpName = "duration", Description = $"How long until the new process is there. [default: {Configuration.Durations.Format(RestartAction.UsualTimeout)}]" };
        return new ActingCommand(context, settings, "restart", "Have the owners of processes (supervisor of ours, systemd unit, container, pod) restart them.",
            """
            Examples:
              process-arsenal restart 4711                                  the unit or container that has it, with all that it has
              process-arsenal restart --where 'unit = "orders.service"'     show whom that would end
              process-arsenal restart --where 'unit = "orders.service"' --yes
              process-arsenal restart shop/orders                           a supervised child; the same as by its pid
            Who owns a process is told by its control group. Where nobody would start it again, it is refused. Done is a new process of the same owner that
            lives for five seconds. Containers are restarted by the socket of DOCKER_HOST or CONTAINER_HOST of the daemon, of Podman, or of Docker.
            """,
            (result, body) =>
            {
                if (result.GetValue(timeout) is { } given) body["timeout"] = given;
                return true;
            }, timeout).Command;
    }

    public static Command CreateSignal(CommandContext context, SettingsOptions settings)
    {
        var signal = new Argument<string>("signal") { Description = $"One of {string.Join(", ", SignalNames.Allowed.Keys)}." };
        return new ActingCommand(context, settings, "signal", "Send processes a signal.",
            """
            Examples:
              process-arsenal signal HUP 4711                       have it read its configuration again
              process-arsenal signal QUIT "$(pidof -s java)"        have a JVM print its threads
            """,
            (result, body) =>
            {
                if (SignalNames.Parse(result.GetValue(signal)!) is null)
                {
                    result.InvocationConfiguration.Error.WriteLine($"process-arsenal: '{Telemetry.Text.Quoting.Cap(result.GetValue(signal)!)}' is no signal that may be sent: one of {string.Join(", ", SignalNames.Allowed.Keys)}; SIGKILL is 'kill', SIGSTOP 'suspend', SIGCONT 'resume'.");
                    return false;
                }
                body["signal"] = result.GetValue(signal);
                return true;
            }, signal).Command;
    }

    public static Command CreateSuspend(CommandContext context, SettingsOptions settings) => new ActingCommand(context, settings, "suspend", "Stop processes where they are (SIGSTOP); they keep what they have.",
        """
        Examples:
          process-arsenal suspend 4711
          process-arsenal resume 4711
        """).Command;

    public static Command CreateResume(CommandContext context, SettingsOptions settings) => new ActingCommand(context, settings, "resume", "Let suspended processes go on (SIGCONT).",
        """
        Examples:
          process-arsenal resume 4711
          process-arsenal resume --where 'state = "stopped"' --yes
        """).Command;
}
