using System.Globalization;
using ProcessArsenal.Control.Restarting;

namespace ProcessArsenal.Control.Tests.Restarting;

/// <summary>Stands in for systemctl(1): an executable that keeps one unit in a control group of the running kernel, and says of it what systemd 252 says, in the same
/// order and shape.</summary>
internal sealed class FakeSystemctl : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("systemctl-").FullName;

    public FakeSystemctl(TestCgroup cgroup)
    {
        Cgroup = cgroup;
        Unit = Path.GetFileName(cgroup.Path);
        Show = "properties";
        Restart = "stop; start sleep 1000";
        File.WriteAllText(Program, $$"""
            #!/bin/bash
            DIR='{{_directory}}' CG='{{cgroup.Directory}}'
            echo "$*" >> $DIR/calls
            env > $DIR/environment
            properties() {
                P=0; [ -e $DIR/pid ] && P=$(cat $DIR/pid)
                cat <<X
            Type=${TYPE-simple}
            MainPID=${PID-$P}
            Result=${RESULT-success}
            NRestarts=${RESTARTS-0}
            ControlGroup=${GROUP-{{cgroup.Path}}}
            Id=${ID-{{Unit}}}
            LoadState=${LOAD-loaded}
            ActiveState=${ACTIVE-active}
            SubState=${SUB-running}
            CanStart=${CAN-yes}
            Job=${JOB-}
            RefuseManualStart=${NOSTART-no}
            RefuseManualStop=${NOSTOP-no}
            KillMode=${KILL-control-group}
            StartLimitBurst=${BURST-5}
            X
            }
            stop() { kill -KILL $(cat $CG/cgroup.procs) 2>/dev/null; while [ -n "$(cat $CG/cgroup.procs)" ]; do sleep 0.01; done; }
            start() { (echo $BASHPID > $CG/cgroup.procs; exec "$@") > /dev/null 2>&1 < /dev/null & echo $! > $DIR/pid; }
            case " $* " in
                *" show "*) . $DIR/show ;;
                *" restart "*) . $DIR/restart ;;
                *) exit 99 ;;
            esac

            """);
        File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public TestCgroup Cgroup { get; }

    public string Unit { get; }

    public string Program => _directory + "/systemctl";

    /// <summary>What <c>show</c> does, in bash.</summary>
    public string Show { set => File.WriteAllText(_directory + "/show", value + "\n"); }

    /// <summary>What <c>restart</c> does, in bash.</summary>
    public string Restart { set => File.WriteAllText(_directory + "/restart", value + "\n"); }

    public string[] Calls => File.ReadAllLines(_directory + "/calls");

    public string[] Environment => File.ReadAllLines(_directory + "/environment");

    public RestartOptions Options => new()
    {
        Systemctl = ["/nowhere/systemctl", Program],
        Timeout = TimeSpan.FromSeconds(20),
        GracePeriod = TimeSpan.FromMilliseconds(400),
        LookInterval = TimeSpan.FromMilliseconds(50),
        LookTimeout = TimeSpan.FromSeconds(20),
        UserRuntimeDirectory = _directory,
    };

    /// <summary>Whose main process this is from now on.</summary>
    public void Runs(int pid) => File.WriteAllText(_directory + "/pid", pid.ToString(CultureInfo.InvariantCulture));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
