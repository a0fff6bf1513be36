using System.Text;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.EventPipe.Runtime;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

public sealed class LoadedAssembliesTests
{
    private const string Rundown = "Microsoft-Windows-DotNETRuntimeRundown";

    [Theory]
    [InlineData("OpenTelemetry, Version=1.0.0.0, Culture=neutral, PublicKeyToken=7bd6737fe5b67e3c", RuntimeEvents.Provider, 154, true)]
    [InlineData("OpenTelemetry, Version=1.0.0.0, Culture=neutral, PublicKeyToken=7bd6737fe5b67e3c", Rundown, 156, true)]
    [InlineData("opentelemetry", Rundown, 156, true)]
    [InlineData("OpenTelemetry.Api, Version=1.0.0.0", Rundown, 156, false)]
    [InlineData("My.OpenTelemetry, Version=1.0.0.0", Rundown, 156, false)]
    [InlineData("", Rundown, 156, false)]
    [InlineData("OpenTelemetry", RuntimeEvents.Provider, 156, false)] // What it is about there is something else.
    [InlineData("OpenTelemetry", Rundown, 154, false)]
    [InlineData("OpenTelemetry", "Shop", 154, false)]
    public void The_SDK_is_known_by_the_name_of_its_assembly(string name, string provider, int id, bool isSdk) => Assert.Equal(isSdk, IsSdk(Payload(name), provider, id));

    [Fact]
    public void What_is_cut_off_names_nothing()
    {
        byte[] whole = Payload("OpenTelemetry");
        int end = whole.Length - sizeof(short);
        for (int length = 0; length < end; length++) Assert.False(IsSdk(whole[..length], Rundown, 156));
        Assert.True(IsSdk(whole[..end], Rundown, 156));
        Assert.False(IsSdk(whole, Rundown, 156, version: 0)); // Which has another shape.
    }

    private static bool IsSdk(byte[] payload, string provider, int id, int version = 1)
    {
        var assemblies = new LoadedAssemblies();
        assemblies.Take(new NetTraceEvent(new EventMetadata(provider, id, "", LoadedAssemblies.Keyword, version, 4, []), 0, 0, payload), null);
        return assemblies.SdkFound.IsCompleted;
    }

    /// <summary>The assembly, its domain, its binding; flags; the name; which runtime.</summary>
    private static byte[] Payload(string name) => [.. new byte[28], .. Encoding.Unicode.GetBytes(name + '\0'), 1, 0];
}
