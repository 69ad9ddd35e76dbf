using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Engine;
using Maily.Deploy.Sandbox.Instances;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Rehearsals.Sandbox;

public sealed class SandboxLifeTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-rehearsal-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public SandboxLifeTests() => SandboxFixture.RequireRoot();

    [Fact]
    public async Task Two_run_at_once_and_the_first_one_keeps_the_published_variables()
    {
        await using var first = await SandboxFixture.StartAsync(folder.FullName, Cancellation);
        await using (var second = await SandboxFixture.StartAsync(folder.FullName, Cancellation))
        {
            second.Folder.ShouldNotBe(first.Folder);
            second.Environment["SUPABASE_DB_URL"].ShouldNotBe(first.Environment["SUPABASE_DB_URL"]);
            second.EnvironmentFile.ShouldBe(Path.Combine(second.Folder, ".env"));
        }

        first.EnvironmentFile.ShouldBe(Path.Combine(folder.FullName, ".env"));
        File.Exists(first.EnvironmentFile).ShouldBeTrue();
        using var engine = new EngineClient(first.Environment["DOCKER_HOST"]);
        (await engine.PingAsync(Cancellation)).ShouldBeTrue();
    }

    [Fact]
    public async Task Stopped_it_leaves_nothing_and_stopping_again_does_nothing()
    {
        var sandbox = await SandboxFixture.StartAsync(folder.FullName, Cancellation);
        await sandbox.DisposeAsync();
        await sandbox.DisposeAsync();
        Remains().ShouldBeEmpty();
        Machine.ProcessesNaming(folder.FullName).ShouldBeEmpty();
        CgroupsOf(sandbox.Folder).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Asked_to_stop_by_a_signal_it_leaves_nothing(string signal)
    {
        await using var process = await SandboxProcess.StartAsync(folder.FullName, Cancellation);
        (await process.SignalAsync(signal, Cancellation)).ShouldBe(130);
        Remains().ShouldBeEmpty();
        Machine.ProcessesNaming(folder.FullName).ShouldBeEmpty();
    }

    [Fact]
    public async Task Killed_it_takes_its_processes_with_it_and_the_next_one_removes_its_files()
    {
        await using var process = await SandboxProcess.StartAsync(folder.FullName, Cancellation);
        Machine.ProcessesNaming(process.Instance).Count.ShouldBeGreaterThanOrEqualTo(4);
        var children = InstanceRecord.Read(process.Instance)!.Processes;

        await process.KillAsync(Cancellation);

        (await Machine.RemainingAsync(() => Machine.ProcessesNaming(process.Instance), Cancellation)).ShouldBeEmpty();
        children.ShouldAllBe(child => !child.IsAlive);
        Directory.Exists(process.Instance).ShouldBeTrue();
        await using var next = await SandboxFixture.StartAsync(folder.FullName, Cancellation);
        Directory.Exists(process.Instance).ShouldBeFalse();
        CgroupsOf(process.Instance).ShouldBeEmpty();
        (await File.ReadAllTextAsync(next.EnvironmentFile, Cancellation)).ShouldContain(Path.GetFileName(next.Folder));
    }

    [Fact]
    public async Task Where_a_far_side_does_not_start_the_others_are_stopped_and_the_error_shows_its_log()
    {
        var options = new SandboxOptions { Folder = folder.FullName, DockerHost = null, Kubeconfig = null, ControlPlane = null, Postgres = new() { Superuser = "pg_is_reserved" } };
        var failure = await Should.ThrowAsync<FarSideException>(() => RunningSandbox.StartAsync(options, NullLogger.Instance, Cancellation));
        failure.FarSide.ShouldBe("postgres");
        failure.Evidence.ShouldNotBeNullOrWhiteSpace();
        Remains().ShouldBeEmpty();
        Machine.ProcessesNaming(folder.FullName).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_engine_that_is_named_but_does_not_answer_is_an_error_that_says_so()
    {
        var options = new SandboxOptions { Folder = folder.FullName, DockerHost = $"unix://{folder.FullName}/none.sock" };
        var failure = await Should.ThrowAsync<FarSideException>(() => RunningSandbox.StartAsync(options, NullLogger.Instance, Cancellation));
        failure.Message.ShouldContain("DOCKER_HOST");
        Remains().ShouldBeEmpty();
    }

    public void Dispose() => folder.Delete(recursive: true);

    IEnumerable<string> Remains() => Directory.GetFileSystemEntries(folder.FullName).Where(path => Path.GetFileName(path) != ".lock");

    static IEnumerable<string> CgroupsOf(string instance) =>
        Directory.GetDirectories("/sys/fs/cgroup").Select(root => Path.Combine(root, $"maily-sandbox-{Path.GetFileName(instance)}")).Where(Directory.Exists);
}
