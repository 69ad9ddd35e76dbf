using System.Diagnostics;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Tests.Processes;

public sealed class DeathWatchTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-watch-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string Marker => Path.Combine(folder.FullName, "was here");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_watch_that_ends_runs_nothing()
    {
        DeathWatch.Start(CommandLine.Of("touch", Marker)).Dispose();
        File.Exists(Marker).ShouldBeFalse();
    }

    [Theory]
    [InlineData("-KILL", "")]
    [InlineData("-KILL", "-")]
    [InlineData("-INT", "")]
    public async Task The_command_runs_after_its_process_was_killed_alone_or_with_its_group(string signal, string group)
    {
        using var child = await Child.StartAsync(nameof(DeathWatch), Marker, Cancellation);
        File.Exists(Marker).ShouldBeFalse();
        using (var kill = Process.Start("kill", [signal, "--", $"{group}{child.Id}"]))
            await kill.WaitForExitAsync(Cancellation);
        await child.WaitForExitAsync(Cancellation);
        await UntilAsync(() => File.Exists(Marker));
    }

    [Fact]
    public void A_guardian_that_somebody_ended_is_no_error()
    {
        var watch = DeathWatch.Start(CommandLine.Of("touch", Marker));
        foreach (var guardian in Guardians())
            guardian.Kill();
        Should.NotThrow(watch.Dispose);
    }

    // Of this test only: its command line names the marker.
    List<Process> Guardians() => [.. Directory.GetDirectories("/proc").Select(path => Path.GetFileName(path)!).Where(name => int.TryParse(name, out _))
        .Where(name => CommandOf(name).Contains(Marker, StringComparison.Ordinal)).Select(name => Process.GetProcessById(int.Parse(name)))];

    static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    static async Task UntilAsync(Func<bool> isSo)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, late.Token);
    }
}
