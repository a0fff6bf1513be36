using ProcessArsenal.Exporter.Hosting;

namespace ProcessArsenal.Exporter.Tests.Hosting;

public sealed class StartupMemoryTests
{
    [Fact]
    public void The_program_goes_on_after_its_pages_were_given_back()
    {
        string text = string.Join(',', Enumerable.Range(0, 1000));
        for (int i = 0; i < 3; i++) StartupMemory.GiveBack();
        Assert.Equal(text, string.Join(',', Enumerable.Range(0, 1000)));
    }
}
