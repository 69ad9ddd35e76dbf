using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Maily.Deploy.Sandbox.Engine;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Rehearsals.Sandbox;

public sealed partial class RunningSandboxTests(SandboxFixture fixture)
{
    const string Loopback = "0100007F";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_variables_have_the_forms_that_validation_asks_for()
    {
        var sandbox = await fixture.GetAsync();
        foreach (var rule in VariableRules.All)
            rule.HasForm(sandbox.Environment[rule.Name]).ShouldBeTrue(rule.Name);
        sandbox.Environment["NUKE_ENVIRONMENT"].ShouldBe("sandbox");
    }

    [Fact]
    public async Task The_registry_and_the_engine_answer()
    {
        var sandbox = await fixture.GetAsync();
        using var http = new HttpClient();
        using var engine = new EngineClient(sandbox.Environment["DOCKER_HOST"]);
        (await engine.PingAsync(Cancellation)).ShouldBeTrue();
        (await http.GetAsync(new Uri($"http://{sandbox.Environment["MAILY_REGISTRY"]}/v2/"), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Every_port_that_it_names_listens_on_loopback_alone()
    {
        var sandbox = await fixture.GetAsync();
        var ports = sandbox.Environment.Values.SelectMany(value => LoopbackPort().Matches(value)).Select(match => int.Parse(match.Groups["port"].Value)).Distinct().ToList();
        ports.Count.ShouldBeGreaterThanOrEqualTo(4);
        foreach (var port in ports)
            Machine.ListenersOn(port).ShouldBe([Loopback], $"port {port}");
    }

    [Fact]
    public async Task A_shell_that_sources_its_file_has_its_variables()
    {
        var sandbox = await fixture.GetAsync();
        var seen = await SourceAsync(sandbox.EnvironmentFile);
        foreach (var (name, value) in sandbox.Environment)
            seen.ShouldContain($"{name}={value}");
    }

    [Fact]
    public async Task Nobody_else_can_read_its_file()
    {
        var sandbox = await fixture.GetAsync();
        foreach (var file in new[] { sandbox.EnvironmentFile, Path.Combine(sandbox.Folder, ".env") })
            Machine.ModeOf(file).ShouldBe(ModeFile.Private);
    }

    [Fact]
    public async Task Its_processes_have_sessions_of_their_own_so_that_an_interrupt_in_the_terminal_does_not_reach_them()
    {
        var sandbox = await fixture.GetAsync();
        var processes = InstanceRecord.Read(sandbox.Folder)!.Processes;
        processes.Length.ShouldBe(3);
        foreach (var process in processes)
            Machine.SessionOf(process.Id).ShouldBe(process.Id);
    }

    static async Task<string[]> SourceAsync(string file)
    {
        var shell = new ProcessStartInfo("/bin/sh", ["-c", "set -a; . \"$0\"; env", file]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var process = Process.Start(shell)!;
        return (await process.StandardOutput.ReadToEndAsync(Cancellation)).Split('\n');
    }

    [GeneratedRegex("127\\.0\\.0\\.1:(?<port>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LoopbackPort();
}
