using CsCheck;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Configuration.ProcessExporter;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Exporter.Tests.Configuration;

/// <summary>process-exporter's own file, as it is: what that program (0.7.10) takes is taken, what it refuses is an error with a place.</summary>
public sealed class ProcessExporterFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("arsenal-peer-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Write(string name, string text)
    {
        string file = Path.Join(_directory, name);
        File.WriteAllText(file, text);
        return file;
    }

    private ConfigurationResult Load(string peer, string ours = "groups: { process_exporter_config: peer.yml }\n")
    {
        Write("peer.yml", peer);
        return ConfigurationLoader.Load(LoadText.None with { File = Write("config.yml", ours) });
    }

    private string[] Errors(string peer) =>
        [.. Load(peer).Errors.Select(error => error.ToString().Replace(_directory + "/", "", StringComparison.Ordinal))];

    private GroupRuleOptions[] Rules(string peer)
    {
        ConfigurationResult result = Load(peer);
        Assert.Empty(result.Errors);
        return [.. result.Configuration!.Groups.ProcessExporter.Rules.Select(rule => rule.Options)];
    }

    [Fact]
    public void A_file_as_people_have_it()
    {
        GroupRuleOptions[] rules = Rules("""
            # what runs here
            process_names:
              - name: "{{.Matches.site}}"
                exe:
                  - php-fpm
                  - /usr/sbin/php-fpm8.2
                cmdline:
                  - 'pool (?P<site>\w+)'
              - comm: [sshd, cron]
              - name: all-{{.Comm}}
                cmdline:
                  - .+
            """);
        Assert.Equal(3, rules.Length);
        Assert.All(rules, rule => Assert.True(rule.ProcessExporter));
        Assert.Equal(["php-fpm", "/usr/sbin/php-fpm8.2"], rules[0].Exe);
        Assert.Equal([@"pool (?P<site>\w+)"], rules[0].Cmdline);
        Assert.Null(rules[1].Name);
        Assert.Equal(["sshd", "cron"], rules[1].Comm);
        Assert.Equal("all-{{.Comm}}", rules[2].Name);
    }

    [Fact]
    public void What_that_program_passes_over_is_passed_over()
    {
        GroupRuleOptions[] rules = Rules("""
            %YAML 1.1
            ---
            other_key: [1, 2]
            process_names:
              - &base
                name: first
                name: second
                flavour: vanilla
                comm: &names [a-name-of-more-than-fifteen-bytes, 12, true]
                exe:
              - exe: *names
                name: !!str 12
              - <<: *base
                name: third
              - { name: never, comm: [] }
              - { name: any, cmdline: ["", ".", ""] }
            """);
        Assert.Equal(["second", "12", "third", "any"], rules.Select(rule => rule.Name));
        Assert.Equal(["a-name-of-more-than-fifteen-bytes", "12", "true"], rules[1].Exe);
        Assert.Equal(rules[0].Comm, rules[2].Comm);
        Assert.Equal(["."], rules[3].Cmdline);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("process_names:\n")]
    [InlineData("process_names: []\n")]
    [InlineData("names: []\n")]
    public void A_file_without_rules(string text) => Assert.Empty(Rules(text));

    [Theory]
    [InlineData("- comm: [a]\n", "peer.yml:1:1: a configuration of process-exporter begins with 'process_names:', and this is a list: is it the right file?")]
    [InlineData("process_names: { a: b }\n", "peer.yml:1:16: 'process_names' must be a list of rules such as [{comm: [bash]}], not a mapping.")]
    [InlineData("process_names: [bash]\n", "peer.yml:1:17: 'process_names[0]' must be a rule such as {comm: [bash]}, not a single value.")]
    [InlineData("process_names:\n- name: x\n", "peer.yml:2:3: 'process_names[0]' selects nothing: give it comm, exe or cmdline.")]
    [InlineData("process_names:\n- comm: bash\n", "peer.yml:2:9: 'process_names[0].comm' must be a list, not a single value: put it in brackets.")]
    [InlineData("process_names:\n- cmdline: ['', '(']\n", "peer.yml:2:17: 'process_names[0].cmdline[0]': bad regular expression (InsufficientClosingParentheses) at its character 1: correct it.")]
    [InlineData("process_names:\n- name: '{{.Comm'\n  comm: [a]\n", "peer.yml:2:9: 'process_names[0].name': '{{.Comm' is never closed: add }}.")]
    [InlineData("process_names:\n- comm: *a\n", "peer.yml:2:9: an alias of an anchor that is not there, or does not end before: correct its name.")]
    [InlineData("process_names:\n\t- comm: [a]\n", "peer.yml:2:1: a tab: indent with spaces.")]
    public void What_is_wrong_has_a_place_in_its_own_file(string text, string error) => Assert.Equal([error], Errors(text));

    [Fact]
    public void Mistakes_in_both_files_are_told_together_each_with_its_file()
    {
        ConfigurationResult result = Load("process_names:\n- name: x\n", "groups: { process_exporter_config: peer.yml }\nnonsense: 1\n");
        Assert.Equal(["config.yml", "peer.yml"], result.Errors.Select(error => Path.GetFileName(error.Source)));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_where_it_is_named()
    {
        ConfigurationResult result = ConfigurationLoader.Load(LoadText.None with { File = Write("config.yml", "groups: { process_exporter_config: gone.yml }\n") });
        Assert.Equal($"{_directory}/config.yml:1:36: '{_directory}/gone.yml': there is no such file: create it, or name another.", Assert.Single(result.Errors).ToString());
        Assert.Equal([_directory + "/gone.yml"], result.Included); // it is watched: it may come
    }

    [Fact]
    public void Variables_and_flags_name_it_in_full_and_nothing_undoes_it()
    {
        string peer = Write("peer.yml", "process_names: [{comm: [a]}]\n");
        Assert.Single(LoadText.Environment(("ARSENAL_GROUPS__PROCESS_EXPORTER_CONFIG", peer)).Configuration!.Groups.ProcessExporter.Rules);
        Assert.Equal("ARSENAL_GROUPS__PROCESS_EXPORTER_CONFIG: 'groups.process_exporter_config' must be an absolute path such as /etc/process-exporter.yml, not 'peer.yml'.",
            Assert.Single(LoadText.Environment(("ARSENAL_GROUPS__PROCESS_EXPORTER_CONFIG", "peer.yml")).Errors).ToString());
        ConfigurationResult undone = ConfigurationLoader.Load(LoadText.None with
        {
            File = Write("config.yml", "groups: { process_exporter_config: peer.yml }\n"),
            Environment = new Dictionary<string, string> { ["ARSENAL_GROUPS__PROCESS_EXPORTER_CONFIG"] = "" },
        });
        Assert.Same(ProcessExporterFile.None, undone.Configuration!.Groups.ProcessExporter);
    }

    [Fact]
    public void Mutated_files_never_throw_and_are_either_good_or_explained()
    {
        const string Seed = "process_names:\n- &a\n  name: '{{.Matches.x}}'\n  comm: [a, &b c]\n  cmdline: ['(?P<x>y)']\n- <<: *a\n  exe: [*b, '']\n";
        string[] pieces = ["{", "}", "[", "]", "'", ": ", "- ", "\n", "  ", "&a ", "*a", "*b", "<<", "~", ",", "(", "{{", "!!x ", "---\n", "%", "name"];
        Gen.Select(Gen.Int[0, Seed.Length], Gen.Int[0, 10], Gen.Int[0, pieces.Length - 1]).Array[1, 5].Sample(
            edits =>
            {
                string text = Seed;
                foreach ((int at, int drop, int piece) in edits)
                {
                    int start = Math.Min(at, text.Length);
                    text = text[..start] + pieces[piece] + text[Math.Min(start + drop, text.Length)..];
                }
                var errors = new ErrorList();
                _ = ProcessExporterReader.Read(text, new BindContext("f", HasLines: true, errors));
                Assert.All(errors.ToList(), error => Assert.True(error is { Source: "f", Line: > 0, Column: > 0 }, error.ToString()));
            },
            iter: 5000);
    }

    [Fact]
    public void Its_rules_come_after_ours_and_name_the_groups_of_both_families()
    {
        ConfigurationResult result = Load("process_names: [{name: theirs, comm: [a, b]}]\n",
            "groups: { process_exporter_config: peer.yml, rules: [{ name: ours, comm: [a] }] }\ncompatibility: process-exporter\n");
        SamplingOptions options = result.Configuration!.ToSamplingOptions();
        Assert.Equal(["ours", "theirs"], options.Grouper.DeclaredGroups.Select(key => key.Name));
        Assert.Equal(["ours", "theirs"], options.Compatibility!.Rules.Select(rule => rule.Options.Name));
        Assert.Null((result.Configuration! with { Compatibility = Compatibility.None }).ToSamplingOptions().Compatibility);
    }

    [Fact]
    public void What_is_shown_names_the_file_and_loads_to_the_same()
    {
        ConfigurationResult first = Load("process_names: [{comm: [a]}]\n", "groups: { process_exporter_config: peer.yml }\ncompatibility: process-exporter\n");
        string shown = ConfigurationText.Write(first.Configuration!, first.Origins);
        Assert.Contains($"process_exporter_config: {_directory}/peer.yml", shown, StringComparison.Ordinal);
        ConfigurationResult second = LoadText.Yaml(shown);
        Assert.Empty(second.Errors);
        Assert.Equal(Compatibility.ProcessExporter, second.Configuration!.Compatibility);
        Assert.Single(second.Configuration.Groups.ProcessExporter.Rules);
    }
}
