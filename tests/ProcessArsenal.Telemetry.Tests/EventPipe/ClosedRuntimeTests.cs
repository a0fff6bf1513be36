using System.Diagnostics;
using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Real programs whose runtime opens no diagnostic socket.</summary>
public sealed class ClosedRuntimeTests
{
    private static readonly DotnetOptions Options = new() { Interval = TimeSpan.FromSeconds(1) };

    [Theory]
    [InlineData("net8.0", "DOTNET_EnableDiagnostics")]
    [InlineData("net9.0", "DOTNET_EnableDiagnostics_IPC")]
    [InlineData("net10.0", "DOTNET_EnableDiagnostics")]
    [InlineData("net10.0", "COMPlus_EnableDiagnostics")]
    public async Task One_is_told_what_it_takes(string framework, string variable)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework, new Dictionary<string, string> { [variable] = "0" });
        await using var target = new DotnetTarget(shop.Look().Directory, Options, TimeProvider.System, isNew: false);
        await Eventually.True("its state", () => target.State == DotnetTargetState.Disabled, () => $"It is {target.State}: {target.Reason}");
        Assert.Equal(($"start it without {variable}=0 in its environment", 0), (target.Reason, target.Sessions));
        await target.Begun; // Nobody waits for it.
    }

    [Fact]
    public async Task Where_no_variable_says_so_it_is_something_else()
    {
        await using ShopTarget shop = await ShopTarget.Start(new Dictionary<string, string> { ["TMPDIR"] = "/proc" });
        await using var target = new DotnetTarget(shop.Look().Directory, Options, TimeProvider.System, isNew: false);
        await Eventually.True("its state", () => target.State == DotnetTargetState.Disabled, () => $"It is {target.State}: {target.Reason}");
        Assert.Contains("could not write to /tmp", target.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_of_another_kind_is_none()
    {
        using Process cat = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        using ProcessDirectory directory = ShopTarget.Look(cat.Id).Directory;
        Assert.Equal(DotnetTargetState.None, ClosedRuntime.Look(directory).State);
        cat.StandardInput.Close();
    }

    [Theory]
    [InlineData("A=1\0DOTNET_EnableDiagnostics=0\0", "DOTNET_EnableDiagnostics=0")]
    [InlineData("COMPlus_EnableDiagnostics_IPC= 0x0 \0", "COMPlus_EnableDiagnostics_IPC=0")]
    [InlineData("DOTNET_EnableDiagnostics=1\0", null)]
    [InlineData("DOTNET_EnableDiagnostics_Debugger=0\0", null)]
    [InlineData("", null)]
    public void Its_environment_may_say_why(string environment, string? cause) => Assert.Equal(cause, ClosedRuntime.Cause(Encoding.UTF8.GetBytes(environment)));
}
