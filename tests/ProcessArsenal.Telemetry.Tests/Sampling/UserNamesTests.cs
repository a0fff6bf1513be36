using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

public sealed class UserNamesTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Names_come_from_the_file_and_strangers_are_numbers()
    {
        File.WriteAllText(_file, "root:x:0:0::/root:/bin/sh\n\n#comment\nbroken\nnobody:x:65534:65534::/:/bin/false\nbig:x:99999999999:0::/:/\ntwin:x:0:0::/:/\n");
        var users = new UserNames(_file, _time);
        Assert.Equal("root", users.Find(0));
        Assert.Equal("nobody", users.Find(65534));
        Assert.Equal("4294967295", users.Find(uint.MaxValue));
    }

    [Fact]
    public void A_user_added_later_is_found_but_the_file_is_not_read_for_each_stranger()
    {
        File.WriteAllText(_file, "root:x:0:0::/root:/bin/sh\n");
        var users = new UserNames(_file, _time);
        Assert.Equal("1000", users.Find(1000));
        File.AppendAllText(_file, "alice:x:1000:1000::/home/alice:/bin/sh\n");
        Assert.Equal("1000", users.Find(1000));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("alice", users.Find(1000));
    }

    [Fact]
    public void Without_the_file_there_are_numbers() => Assert.Equal("0", new UserNames("/nonexistent/passwd", _time).Find(0));

    public void Dispose() => File.Delete(_file);
}
