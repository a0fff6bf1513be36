using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Kit;

/// <summary>The Dockerfile, built on a stand-in for its base and run by Podman: scripts/image.sh.</summary>
public sealed class ImageTests
{
    [Fact]
    public async Task The_image_runs_as_an_ordinary_user_read_only_and_as_a_sidecar()
    {
        foreach (string program in (string[])["/usr/bin/podman", "/usr/bin/buildah", "/usr/bin/crun"]) Assert.SkipUnless(File.Exists(program), $"there is no {program} here: make image-check installs it");
        Assert.SkipUnless(Signals.IsRoot, "it takes root to run containers");
        Command run = await Command.Run("/usr/bin/env", ["PROCESS_ARSENAL=" + Repository.Program, Path.Join(Repository.Root, "scripts", "image.sh")], within: TimeSpan.FromMinutes(4));
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Equal(7, run.Output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }
}
