using Maily.Deploy.Contracts;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Tests.Contracts;

/// <summary>A git repository with one service and its contract.</summary>
sealed class ContractRepository : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-contract-");
    readonly ProcessRunner processes = new(TimeProvider.System);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Commits the contract and gives the commit; what is in the working tree afterwards asks for nothing.</summary>
    public async Task<string> CommitAsync(string contract)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.FullName, "old")).FullName, DatabaseContract.FileName);
        await File.WriteAllTextAsync(file, contract, Cancellation);
        foreach (var arguments in new[] { "init -q", "add .", "-c user.name=t -c user.email=t@example.com commit -qm contract" })
            await GitAsync(arguments);
        await File.WriteAllTextAsync(file, """{"version": 1, "service": "old"}""", Cancellation);
        return (await GitAsync("rev-parse HEAD")).Trim();
    }

    /// <summary>The contracts where that commit is live.</summary>
    public ReleaseContracts Contracts(string? live, params string[] others) =>
        new(new ContractSource(folder.FullName, ["old", .. others], processes), 1 + others.Length, _ => Task.FromResult(live));

    /// <summary>Code without a contract, in the next commit.</summary>
    public Task WriteCodeAsync(string service) => File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(folder.FullName, service)).FullName, "code.txt"), "code", Cancellation);

    public void Dispose() => folder.Delete(recursive: true);

    Task<string> GitAsync(string arguments) => processes.RunAsync(CommandLine.Of("git", arguments.Split(' ')) with { WorkingDirectory = folder.FullName }, null, Cancellation);
}
