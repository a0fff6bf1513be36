using CsCheck;
using ProcessArsenal.Control.Restarting.Systemd;

namespace ProcessArsenal.Control.Tests.Restarting;

public sealed class UnitStateTests
{
    /// <summary>As systemctl 252 wrote it of a running service.</summary>
    private const string Running = """
        Type=simple
        MainPID=15112
        Result=success
        NRestarts=0
        ControlGroup=/app.slice/pa-sleeper.service
        Id=pa-sleeper.service
        LoadState=loaded
        ActiveState=active
        SubState=running
        CanStart=yes
        Job=
        RefuseManualStart=no
        RefuseManualStop=no
        KillMode=control-group
        StartLimitBurst=5

        """;

    [Fact]
    public void What_systemctl_says_is_read()
    {
        Assert.True(UnitState.TryParse(Running, out UnitState? state));
        Assert.Equal(("pa-sleeper.service", 15112, "/app.slice/pa-sleeper.service", 5u), (state!.Id, state.MainPid, state.ControlGroup, state.StartLimitBurst));
        Assert.False(state.HasJob);
        Assert.True(state is { MayBeStarted: true, MayBeStopped: true, WaitsForRestart: false, KillMode: "control-group" });
    }

    [Theory]
    [InlineData("MainPID=15112", "MainPID=-1")]
    [InlineData("MainPID=15112", "MainPID= 15112")]
    [InlineData("MainPID=15112", "MainPID=99999999999")]
    [InlineData("MainPID=15112", "MainPID=[not set]")]
    [InlineData("NRestarts=0", "NRestarts=")]
    [InlineData("CanStart=yes", "CanStart=YES")]
    [InlineData("Id=pa-sleeper.service", "Id")]
    [InlineData("Id=pa-sleeper.service", "=x")]
    [InlineData("Id=pa-sleeper.service", "Id=a\u001b[0m")]
    [InlineData("Job=", "Id=other.service")]
    [InlineData("Result=success\n", "")]
    public void Another_shape_is_none(string part, string other)
    {
        Assert.False(UnitState.TryParse(Running.Replace(part, other, StringComparison.Ordinal), out UnitState? state));
        Assert.Null(state);
    }

    [Fact]
    public void A_cut_answer_is_none()
    {
        // But for one that lacks only its last newline.
        for (int length = 0; length < Running.Length - 2; length++) Assert.False(UnitState.TryParse(Running[..length], out _));
    }

    [Fact]
    public void Any_text_is_survived() => Gen.OneOf(Gen.String, Gen.Select(Gen.Int[0, Running.Length], Gen.String, static (at, text) => Running[..at] + text + Running[at..])).Sample(text =>
        !UnitState.TryParse(text, out UnitState? state) || (state!.MainPid >= 0 && !state.ControlGroup.Any(char.IsControl)));

    [Theory]
    [InlineData("nginx.service", true)]
    [InlineData("getty@tty1.service", true)]
    [InlineData("dev-disk\\x2d1.service", true)]
    [InlineData("-.service", false)]
    [InlineData(".service", false)]
    [InlineData("--help.service", false)]
    [InlineData("getty@.service", false)]
    [InlineData("@x.service", false)]
    [InlineData("nginx.socket", false)]
    [InlineData("*.service", false)]
    [InlineData("a/b.service", false)]
    [InlineData("a b.service", false)]
    [InlineData("a\n.service", false)]
    [InlineData("\u00e9.service", false)]
    public void Only_names_of_services_are_given_to_systemctl(string name, bool isGood) => Assert.Equal(isGood, UnitName.IsRestartable(name));

    [Fact]
    public void A_name_that_is_too_long_is_none() => Assert.False(UnitName.IsRestartable(new string('a', 248) + ".service"));

    [Fact]
    public void No_name_that_is_accepted_can_be_an_option_a_path_or_a_pattern() => Gen.String.Select(static text => text + ".service").Sample(static name =>
        !UnitName.IsRestartable(name) || (name[0] != '-' && !name.Any("/*?[] '\"$`\n\0".Contains) && name.Length < 256));
}
