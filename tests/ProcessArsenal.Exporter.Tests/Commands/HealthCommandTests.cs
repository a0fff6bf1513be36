using System.Net;
using System.Net.Sockets;
using System.Text;
using ProcessArsenal.Exporter.Commands;

namespace ProcessArsenal.Exporter.Tests.Commands;

public sealed class HealthCommandTests
{
    [Theory]
    [InlineData("http://0.0.0.0:9464", "http://127.0.0.1:9464/healthz")]
    [InlineData("http://[::]:9464", "http://[::1]:9464/healthz")]
    [InlineData("http://10.0.0.1:80", "http://10.0.0.1/healthz")]
    [InlineData("http://localhost:9464", "http://localhost:9464/healthz")]
    public void Who_listens_everywhere_is_asked_here(string listen, string asked) => Assert.Equal(asked, HealthCommand.Address(new Uri(listen), "/healthz").AbsoluteUri);

    [Theory]
    [InlineData("HTTP/1.1 200 OK", "ok", 0, "ok\n", "", "/healthz")]
    [InlineData("HTTP/1.1 503 Service Unavailable", "not ready: \u001b[31mno sample", 1, "", "not ready: \uFFFD[31mno sample\n", "/readyz", "--ready")]
    public async Task The_answer_is_the_exit_code(string status, string body, int code, string output, string error, string path, params string[] arguments)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<string> asked = Answer(listener, $"{status}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
        Assert.Equal((code, output, error), await Run([.. arguments, "--listen-metrics", $"http://0.0.0.0:{((IPEndPoint)listener.LocalEndpoint).Port}"]));
        Assert.StartsWith($"GET {path} ", await asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_is_1() => Assert.Equal((1, "", "process-arsenal: http://127.0.0.1:1/healthz does not answer.\n"), await Run("--listen-metrics", "http://0.0.0.0:1"));

    private static async Task<string> Answer(TcpListener listener, string answer)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        byte[] buffer = new byte[4096];
        int read = await client.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(answer), TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await CommandLine.RunAsync(["health", .. arguments], new CommandContext { DefaultFile = "/nonexistent/config.yml" }, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
