using System.CommandLine;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Commands.Server;

/// <summary>Flags that say which daemon to ask, and by which token.</summary>
internal sealed class ServerOptions(CommandContext context)
{
    private const string ServerVariable = "ARSENAL_SERVER", TokenVariable = "ARSENAL_TOKEN_FILE";
    private const int MostTokenBytes = 4096;

    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(15);

    private readonly Option<string> _server = new("--server")
    {
        HelpName = "url",
        Description = $"Ask the daemon there rather than the kernel here, such as https://web-1:9465. [environment: {ServerVariable}]",
    };

    private readonly Option<string> _tokenFile = new("--token-file")
    {
        HelpName = "file",
        Description = $"File of the token to ask it with. [environment: {TokenVariable}; default: {TokenFile.AdminToken} of the state directory]",
    };

    public void AddTo(Command command)
    {
        command.Add(_server);
        command.Add(_tokenFile);
    }

    /// <summary>Whether a daemon is named, so that it has to be asked.</summary>
    public bool IsGiven(ParseResult result) => Named(result) is not null;

    /// <summary>A command that only asks the daemon was given a configuration that is wrong: says how to do without.</summary>
    public static int WithoutFile(ParseResult result)
    {
        result.InvocationConfiguration.Error.WriteLine("process-arsenal: the daemon goes on with what it has. To ask it all the same, leave the file out: --config /dev/null (with --server and --token-file, if the file says where).");
        return CommandLine.Failed;
    }

    /// <summary>Who asks the daemon that is named, else the one that the configuration speaks of.</summary>
    /// <param name="working">What it is asked for takes so long by itself.</param>
    /// <exception cref="ServerException">It can't be asked; the message says why and what to do.</exception>
    public ApiClient Connect(ParseResult result, ExporterConfiguration configuration, TimeSpan working = default)
    {
        string server = Named(result) ?? (configuration.Listen.Control is { } address ? ListenSettings.Text(address)
            : throw new ServerException("this daemon has no control listener (listen.control is ''): name another with --server."));
        if (!Uri.TryCreate(server, UriKind.Absolute, out Uri? url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            throw new ServerException($"--server takes http:// or https://, a host and a port, not '{Telemetry.Text.Quoting.Cap(server)}'.");
        if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
            throw new ServerException($"{server} is another host, and a token must not go over a network in the clear: use https://.");
        return new ApiClient(url, ReadToken(result, configuration), UsualPatience + working);
    }

    private string? Named(ParseResult result) => result.GetValue(_server) ?? context.Environment.GetValueOrDefault(ServerVariable);

    private string ReadToken(ParseResult result, ExporterConfiguration configuration)
    {
        string? named = result.GetValue(_tokenFile) ?? context.Environment.GetValueOrDefault(TokenVariable);
        string file = named ?? Path.Join(configuration.StateDirectory, TokenFile.AdminToken);
        string token;
        try
        {
            using FileStream stream = File.OpenRead(Path.GetFullPath(file, context.WorkingDirectory));
            byte[] content = new byte[MostTokenBytes];
            token = System.Text.Encoding.UTF8.GetString(content, 0, stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string what = named is null ? "no token is given, and" : "the token can't be read:";
            throw new ServerException($"{what} {file} {(e is UnauthorizedAccessException ? "may not be read by this user" : "is not there")}. Name its file with --token-file or {TokenVariable}, or run as the user that the daemon runs as; 'process-arsenal token create' makes one.");
        }
        return token.Length == 0 || token.AsSpan().ContainsAnyExceptInRange('!', '~') ? throw new ServerException($"{file} holds no token.") : token;
    }
}

/// <summary>A daemon can't be asked, or refuses to answer; the message says why.</summary>
internal sealed class ServerException(string message) : IOException(message)
{
    /// <summary>What it was asked is wrong, not that it can't be done.</summary>
    public bool IsUsage { get; init; }
}
