using System.Security.Cryptography;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>What all parts of the stand-in share.</summary>
sealed record VercelCore(VercelStandInOptions Options, VercelState State, VercelFaults Faults, string WorkDirectory)
{
    const string IdLetters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    const string HostLetters = "0123456789abcdefghijklmnopqrstuvwxyz";

    public DateTimeOffset Now => Options.Time.GetUtcNow();

    public static string NewId(string prefix) => prefix + RandomNumberGenerator.GetString(IdLetters, 24);

    public string NewHost() =>
        $"{Options.ProjectName}-{RandomNumberGenerator.GetString(HostLetters, 9)}-{Options.TeamSlug}.vercel.app";

    /// <summary>The host names that follow production: the domain, and the project's own one.</summary>
    public IReadOnlyList<string> ProductionHosts => [Options.ProductionDomain, $"{Options.ProjectName}.vercel.app"];

    public string FolderOf(string deploymentId) => Path.Combine(WorkDirectory, deploymentId);

    public void Log(string deploymentId, string type, string line) =>
        State.Change(deploymentId, d => d with { Events = d.Events.Add(new VercelEvent(Now, type, line)) });

    public Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) =>
        Task.Delay(pause, Options.Time, cancellationToken);
}
