using Maily.Deploy.Secrets;
using Npgsql;

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
    /// <exception cref="MalformedVariableException">The variable has no known form; its value is not shown.</exception>
    public static IDeploymentStore Open(Variables variables, string folder, TimeProvider time)
    {
        if (variables.Find(UrlVariable)?.Trim() is { } url)
            return url.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
                ? new FileDeploymentStore(FolderOf(url), time)
                : new PostgresDeploymentStore(ConnectionOf(UrlVariable, url), time);
        if (variables.Find("SUPABASE_DB_URL") is { } application)
            return new PostgresDeploymentStore(ConnectionOf("SUPABASE_DB_URL", application.Trim()), time);
        return new FileDeploymentStore(folder, time);
    }

    static string FolderOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.IsFile
            ? uri.LocalPath
            : throw new MalformedVariableException(UrlVariable, "file:///folder");

    static NpgsqlConnectionStringBuilder ConnectionOf(string variable, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("postgres" or "postgresql"))
            throw new MalformedVariableException(variable, "postgresql://user:password@host:port/name");
        var login = uri.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host, Port = uri.Port < 0 ? 5432 : uri.Port, Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
            Username = Uri.UnescapeDataString(login[0]), Password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null,
        };
    }
}
