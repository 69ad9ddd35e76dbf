using System.Collections.Immutable;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Stores;

namespace Maily.Deploy.Tests.Backups;

/// <summary>A store that takes the first file and never gives an answer, or fails.</summary>
sealed class StuckStore(Func<Task> onPut) : IBackupStore
{
    public string Location => "nowhere";

    public string AddressOf(string backup) => $"nowhere/{backup}";

    public Task PutAsync(string backup, BackupFile file, string path, CancellationToken cancellation) => onPut();

    public Task CompleteAsync(string backup, string receipt, CancellationToken cancellation) => Task.CompletedTask;

    public Task<string?> FindReceiptAsync(string backup, CancellationToken cancellation) => Task.FromResult<string?>(null);

    public Task<Stream> OpenAsync(string backup, string file, CancellationToken cancellation) => throw new BackupDamagedException(Location, "it is nowhere");

    public Task<ImmutableArray<string>> FilesAsync(string backup, CancellationToken cancellation) => Task.FromResult(ImmutableArray<string>.Empty);

    public Task<ImmutableArray<string>> ListAsync(CancellationToken cancellation) => Task.FromResult(ImmutableArray<string>.Empty);

    public Task DeleteAsync(string backup, CancellationToken cancellation) => Task.CompletedTask;
}
