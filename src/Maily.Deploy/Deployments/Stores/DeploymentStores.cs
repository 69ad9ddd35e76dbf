using Maily.Deploy.Postgres;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Deployments.Stores;

/// <summary>Chooses the store that an environment's variables name.</summary>
public static class DeploymentStores
{
    /// <summary>The variable that names the store: a PostgreSQL connection, or <c>file:///folder</c>.</summary>
    public const string UrlVariable = "MAILY_JOURNAL_URL";

    /// <summary>
    /// <c>MAILY_JOURNAL_URL</c> where it is set; else the application's database (<c>SUPABASE_DB_URL</c>, or <c>DATABASE_*</c>); else
    /// files in <paramref name="folder"/>, for one machine. Nothing is opened yet.
    /// </summary>
    /// <param name="variables">The environment's variables.</param>
    /// <param name="folder">Null where files of one machine must not serve: others would neither see its lease nor its hold.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="NoJournalPlaceException">No variable names a place, and no folder may serve.</exception>
    /// <exception cref="MalformedVariableException">The variable has no known form; its value is not shown.</exception>
    public static IDeploymentStore Open(Variables variables, string? folder, TimeProvider time)
    {
        if (variables.Find(UrlVariable)?.Trim() is { } url)
            return url.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
                ? new FileDeploymentStore(FolderOf(url), time)
                : new PostgresDeploymentStore(ConnectionText.Parse(UrlVariable, url), time);
        return (DatabaseSettings.FromUrl(variables) ?? DatabaseSettings.FromParts(variables)) is { } application
            ? new PostgresDeploymentStore(application, time)
            : new FileDeploymentStore(folder ?? throw new NoJournalPlaceException(), time);
    }

    static string FolderOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri is { IsFile: true, LocalPath.Length: > 1 }
            ? uri.LocalPath
            : throw new MalformedVariableException(UrlVariable, "file:///folder");
}

/// <summary>Nothing says where the environment's deployments are written down, which all who deploy to it must share.</summary>
public sealed class NoJournalPlaceException()
    : DeployException($"Neither {DeploymentStores.UrlVariable} nor a database is set: there is no place for lease, hold and journal.",
        $"Set {DeploymentStores.UrlVariable} to a PostgreSQL connection that everybody who deploys reaches, or SUPABASE_DB_URL; to file:///folder where only this machine ever deploys.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
