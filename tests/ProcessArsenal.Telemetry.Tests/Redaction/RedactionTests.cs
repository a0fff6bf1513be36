using CsCheck;
using ProcessArsenal.Telemetry.Redaction;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Redaction;

/// <summary>A secret that is planted anywhere is not shown; what is harmless is.</summary>
public sealed class RedactionTests
{
    private const string Secret = "Zx9Qw7Lm3Kp";

    [Theory]
    [InlineData("app --password Zx9Qw7Lm3Kp --verbose", "app --password *** --verbose")]
    [InlineData("app --password=Zx9Qw7Lm3Kp", "app --password=***")]
    [InlineData("app -password:Zx9Qw7Lm3Kp", "app -password:***")]
    [InlineData("app --db-passwd Zx9Qw7Lm3Kp", "app --db-passwd ***")]
    [InlineData("app --Api-Key Zx9Qw7Lm3Kp x", "app --Api-Key *** x")]
    [InlineData("app --key Zx9Qw7Lm3Kp", "app --key ***")]
    [InlineData("app DB_PASSWORD=Zx9Qw7Lm3Kp run", "app DB_PASSWORD=*** run")]
    [InlineData("app /p:Token=Zx9Qw7Lm3Kp", "app /p:Token=***")]
    [InlineData("java -Dspring.datasource.password=Zx9Qw7Lm3Kp -jar a.jar", "java -Dspring.datasource.password=*** -jar a.jar")]
    [InlineData("mysql -u root -pZx9Qw7Lm3Kp shop", "mysql -u root -p*** shop")]
    [InlineData("curl -su admin:Zx9Qw7Lm3Kp https://a/b", "curl -su *** https://a/b")]
    [InlineData("curl --user admin:Zx9Qw7Lm3Kp https://a/b", "curl --user *** https://a/b")]
    [InlineData("curl --user=admin:Zx9Qw7Lm3Kp https://a/b", "curl --user=*** https://a/b")]
    [InlineData("curl https://h/api/mysql -u admin:Zx9Qw7Lm3Kp", "curl https://h/api/mysql -u ***")]
    [InlineData("curl -o /tmp/zip -u admin:Zx9Qw7Lm3Kp", "curl -o /tmp/zip -u ***")]
    [InlineData("app <password>Zx9Qw7Lm3Kp</password>", "app <password>***</password>")]
    [InlineData("app {\"password\":\"ab\\\"Zx9Qw7Lm3Kp\"}", "app {\"password\":***}")]
    [InlineData("app {\"password\":[\"x\",\"Zx9Qw7Lm3Kp\"],\"a\":1}", "app {\"password\":***,\"a\":1}")]
    [InlineData("app {\"password\":{\"value\":\"Zx9Qw7Lm3Kp\"}}", "app {\"password\":***}")]
    [InlineData("app https://a/b?sv=1&sig=Zx9Qw7Lm3Kp", "app https://a/b?sv=1&sig=***")]
    [InlineData("app Pwd={a;Zx9Qw7Lm3Kp};x=1", "app Pwd=***")]
    [InlineData("wget --header=Cookie:a=1;sess=Zx9Qw7Lm3Kp", "wget --header=***")]
    [InlineData("sudo -u me mysql -pZx9Qw7Lm3Kp shop", "sudo -u me mysql -p*** shop")]
    [InlineData("timeout 5 /opt/bin/redis-cli -a Zx9Qw7Lm3Kp ping", "timeout 5 /opt/bin/redis-cli -a *** ping")]
    [InlineData("sshpass -p Zx9Qw7Lm3Kp ssh host", "sshpass -p *** ssh host")]
    [InlineData("/usr/bin/redis-cli -a Zx9Qw7Lm3Kp ping", "/usr/bin/redis-cli -a *** ping")]
    [InlineData("curl -u me:Zx9Qw7Lm3Kp https://a/b", "curl -u *** https://a/b")]
    [InlineData("curl https://me:Zx9Qw7Lm3Kp@a/b", "curl https://me:***@a/b")]
    [InlineData("git clone https://Zx9Qw7Lm3Kp@github.com/a/b", "git clone https://***@github.com/a/b")]
    [InlineData("app postgres://u:Zx9Qw7Lm3Kp@db:5432/shop?sslmode=on", "app postgres://u:***@db:5432/shop?sslmode=on")]
    [InlineData("app https://a/b?token=Zx9Qw7Lm3Kp&x=1", "app https://a/b?token=***&x=1")]
    [InlineData("app {\"password\":\"Zx9Qw7Lm3Kp\",\"user\":\"me\"}", "app {\"password\":***,\"user\":\"me\"}")]
    [InlineData("app eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJaeDlRdzdMbTNLcCJ9.c2lnbmF0dXJl", "app ***")]
    [InlineData("app AKIAIOSFODNN7EXAMPLE x", "app *** x")]
    [InlineData("app ghp_abcdefghijklmnopqrstuvwxyz0123456789", "app ***")]
    [InlineData("app pa_Pq9hX3o2rP7yEo1pJd5bQn8sTu4vWxYz0123456789A", "app ***")]
    [InlineData("app --auth --token Zx9Qw7Lm3Kp", "app --auth *** ***")]
    [InlineData("app --password-stdin --token Zx9Qw7Lm3Kp x", "app --password-stdin *** *** x")]
    [InlineData("app postgres://u:pa/Zx9Qw7Lm3Kp@db/shop", "app postgres://u:***@db/shop")]
    [InlineData("docker run -d -p 80:80 -p 127.0.0.1:443:443/tcp nginx", "docker run -d -p 80:80 -p 127.0.0.1:443:443/tcp nginx")]
    [InlineData("docker compose -p shop up", "docker compose -p shop up")]
    [InlineData("podman pod create -p8080:80", "podman pod create -p8080:80")]
    [InlineData("docker login -u me -p Zx9Qw7Lm3Kp hub", "docker login -u me -p *** hub")]
    [InlineData("sudo /usr/bin/podman --log-level info login hub -u me -pZx9Qw7Lm3Kp", "sudo /usr/bin/podman --log-level info login hub -u me -p***")]
    [InlineData("skopeo login hub -p Zx9Qw7Lm3Kp", "skopeo login hub -p ***")]
    [InlineData("skopeo copy --src-creds Zx9Qw7Lm3Kp docker://a dir:b", "skopeo copy --src-creds *** docker://a dir:b")]
    [InlineData("docker exec db mysql -pZx9Qw7Lm3Kp shop", "docker exec db mysql -p*** shop")]
    [InlineData("docker run -p 80:80 mysql mysql -h h -pZx9Qw7Lm3Kp", "docker run -p 80:80 mysql mysql -h h -p***")]
    [InlineData("/bin/login -p -- me", "/bin/login -p -- me")]
    [InlineData("git commit --author me", "git commit --author me")]
    [InlineData("app --authors=a,b AUTHOR=me GIT_AUTHOR_NAME=me", "app --authors=a,b AUTHOR=me GIT_AUTHOR_NAME=me")]
    [InlineData("app --authority https://login.example/x --co-author me --authorName me", "app --authority https://login.example/x --co-author me --authorName me")]
    [InlineData("app --author-token Zx9Qw7Lm3Kp --authorKey Zx9Qw7Lm3Kp", "app --author-token *** --authorKey ***")]
    [InlineData("app AUTHOR_KEY=Zx9Qw7Lm3Kp author.pw=Zx9Qw7Lm3Kp authorauth=Zx9Qw7Lm3Kp", "app AUTHOR_KEY=*** author.pw=*** authorauth=***")]
    [InlineData("app --authorization Zx9Qw7Lm3Kp --Authorized x --authOrg Zx9Qw7Lm3Kp", "app --authorization *** --Authorized *** --authOrg ***")]
    [InlineData("app --oauth Zx9Qw7Lm3Kp --auth-or Zx9Qw7Lm3Kp --authoring", "app --oauth *** --auth-or *** --authoring")]
    [InlineData("app http://host:8080/path x@y", "app http://host:8080/path x@y")]
    [InlineData("nginx -g daemon off;", "nginx -g daemon off;")]
    [InlineData("dotnet Orders.dll --urls http://*:8080 --environment Production", "dotnet Orders.dll --urls http://*:8080 --environment Production")]
    [InlineData("postgres: walwriter", "postgres: walwriter")]
    [InlineData("/usr/lib/systemd/systemd --system --deserialize=42", "/usr/lib/systemd/systemd --system --deserialize=42")]
    public void What_is_shown_of_a_command_line(string line, string shown) => Assert.Equal(shown, ArgumentRedaction.HideLine(line.Split(' ')));

    [Fact]
    public void A_header_and_a_connection_string_within_one_argument()
    {
        Assert.Equal("wget --header ***", ArgumentRedaction.HideLine(["wget", "--header", $"Authorization: Bearer {Secret}"]));
        Assert.DoesNotContain(Secret, ArgumentRedaction.HideLine(["http", $"Authorization: Bearer {Secret}"]), StringComparison.Ordinal);
        Assert.Equal("app Server=db;User Id=sa;Password=***;Encrypt=true", ArgumentRedaction.HideLine(["app", $"Server=db;User Id=sa;Password={Secret};Encrypt=true"]));
        Assert.DoesNotContain("MIIE", ArgumentRedaction.HideLine(["app", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("app --password Zx9Qw7Lm3Kp -v", "app --password *** -v")]
    [InlineData("exec app --token 'Zx9 Qw7' && x", "exec app --token *** && x")]
    [InlineData("app --token Zx'9 Q'w7 x", "app --token *** x")]
    [InlineData("app --auth --token Zx9Qw7Lm3Kp", "app --auth --token ***")]
    [InlineData("cd my-secret dir; run --level 3", "cd my-secret dir; run --level 3")]
    [InlineData("app --token", "app --token")]
    [InlineData("mysql -u root -pZx9Qw7Lm3Kp shop", "mysql -u root -p*** shop")]
    [InlineData("mysql -p\"Zx9 Qw7\" shop < dump", "mysql -p*** shop < dump")]
    [InlineData("cd x && /usr/bin/redis-cli -a 'Zx9 Qw7' ping | cat", "cd x && /usr/bin/redis-cli -a *** ping | cat")]
    [InlineData("x=$(sshpass -p Zx9Qw7Lm3Kp ssh host)", "x=$(sshpass -p *** ssh host)")]
    [InlineData("mkdir -p a/b; grep -p x", "mkdir -p a/b; grep -p x")]
    [InlineData("cat d.sql|mysql -uroot -pZx9Qw7Lm3Kp", "cat d.sql|mysql -uroot -p***")]
    [InlineData("cd /x&&mysql -pZx9Qw7Lm3Kp", "cd /x&&mysql -p***")]
    [InlineData("true;mysql -pab\\ Zx9Qw7Lm3Kp x", "true;mysql -p*** x")]
    [InlineData("mysql -p\"a\\\" Zx9Qw7Lm3Kp\" x", "mysql -p*** x")]
    [InlineData("app --password $(echo Zx9Qw7Lm3Kp) x", "app --password *** x")]
    [InlineData("app --password=abc,Zx9Qw7Lm3Kp x", "app --password=*** x")]
    [InlineData("app password='it'\"'\"'s Zx9Qw7Lm3Kp' x", "app password=*** x")]
    [InlineData("app password == Zx9Qw7Lm3Kp x", "app password == *** x")]
    [InlineData("docker run -p 80:80 'my image'", "docker run -p 80:80 'my image'")]
    [InlineData("docker \"login\" -u me -p 'Zx9 Qw7' hub", "docker \"login\" -u me -p *** hub")]
    [InlineData("x=$(docker login -pZx9Qw7Lm3Kp hub)", "x=$(docker login -p*** hub)")]
    [InlineData("git commit --author 'A B' -m x", "git commit --author 'A B' -m x")]
    [InlineData("curl --header 'Cookie: a=1; sess=Zx9Qw7Lm3Kp' h", "curl --header *** h")]
    public void What_is_shown_of_a_line_for_a_shell(string script, string shown) => Assert.Equal(["sh", "-c", shown], ArgumentRedaction.Hide(["sh", "-c", script]));

    [Fact]
    public void A_key_with_headers_is_hidden_to_its_end() =>
        Assert.Equal("app ***", ArgumentRedaction.HideLine(["app", $"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{Secret}\n-----END RSA PRIVATE KEY-----"]));

    /// <summary>Names and ways that a secret is given, around it whatever else may stand there.</summary>
    [Fact]
    public void A_secret_that_is_named_is_never_shown()
    {
        string[] names = ["password", "PASSWORD", "db.password", "client-secret", "ACCESS_TOKEN", "apiKey", "authorization", "author-secret", "AUTHORITY_KEY", "api_key", "ConnectionStrings__Shop-dsn", "aws_secret_access_key", "auth-token", "session_id", "SSH_PRIVATE_KEY", "credential", "cookie"];
        Gen<string> word = Gen.String[Gen.Char["abc-_./=: \"'é"], 0, 12];
        Gen.Select(word.Array[0, 4], word.Array[0, 4], Gen.Int[0, names.Length - 1], Gen.Int[0, 7]).Sample((before, after, name, way) =>
        {
            string[] given = way switch
            {
                0 => [$"--{names[name]}={Secret}"],
                1 => [$"--{names[name]}", Secret],
                2 => [$"{names[name]}={Secret}"],
                3 => [$"https://h/p?{names[name]}={Secret}&a=1"],
                4 => [$"{{\"{names[name]}\": \"{Secret}\"}}"],
                5 => [$"x=1;{names[name]}={Secret};y=2"],
                6 => ["-c", $"exec app --{names[name]} {Secret} -v"],
                _ => [$"amqp://user:{Secret}@broker/"],
            };
            string[] arguments = ["app", .. before, .. given, .. after];
            IReadOnlyList<string> shown = ArgumentRedaction.Hide(arguments);
            return shown.Count == arguments.Length && !shown.Any(argument => argument.Contains(Secret, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Any_text_is_taken_and_no_argument_lost() => Gen.String.Array[0, 20].Sample(arguments => ArgumentRedaction.Hide(arguments).Count == arguments.Length);

    /// <summary>Any process may have such arguments: the time stays in proportion to their length.</summary>
    [Theory]
    [InlineData("passwordpassword")]
    [InlineData("http://a@")]
    [InlineData("eyJaaaaaaaaaa.")]
    [InlineData("token=\"")]
    [InlineData("-----BEGIN ")]
    [InlineData("_key-key_pass:")]
    [InlineData("--token '")]
    [InlineData("author=")]
    [InlineData("docker login -p ")]
    [InlineData("mysql -pa ")]
    [InlineData("mysql -p '")]
    [InlineData("a://b:@")]
    public void Hostile_text_takes_no_longer_than_other(string piece)
    {
        string text = string.Concat(Enumerable.Repeat(piece, CommandLine.Cap / piece.Length));
        ArgumentRedaction.Hide(["a", text[..1000]]); // The automaton is built.
        long began = TimeProvider.System.GetTimestamp();
        ArgumentRedaction.Hide(["a", text]);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("PATH", "/bin", "/bin")]
    [InlineData("LC_ALL", "C", "C")]
    [InlineData("DOTNET_gcServer", "1", "1")]
    [InlineData("ASPNETCORE_URLS", "http://me:Zx9Qw7Lm3Kp@*:80", "http://me:***@*:80")]
    [InlineData("ASPNETCORE_Kestrel__Certificates__Default__Password", "Zx9Qw7Lm3Kp", null)]
    [InlineData("DOTNET_STARTUP_TOKEN", "Zx9Qw7Lm3Kp", null)]
    [InlineData("DATABASE_URL", "postgres://a", null)]
    [InlineData("MY_SETTING", "1", null)]
    [InlineData("path", "/bin", null)]
    public void A_variable_is_shown_if_its_name_is_known_to_be_harmless(string name, string value, string? shown) => Assert.Equal(shown, EnvironmentRedaction.Show(name, value));

    [Fact]
    public void A_description_shows_its_arguments_without_secrets_and_is_the_same_as_before()
    {
        var one = new ProcessDescription { Name = "a", Arguments = ["app", "--password", Secret], CommandLine = $"app --password {Secret}" };
        ProcessDescription other = one with { };
        Assert.Equal("app --password ***", one.ShownCommandLine);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal("app b", (one with { Arguments = ["app", "b"] }).ShownCommandLine);
        Assert.Null(new ProcessDescription { Name = "a" }.ShownCommandLine);
    }
}
