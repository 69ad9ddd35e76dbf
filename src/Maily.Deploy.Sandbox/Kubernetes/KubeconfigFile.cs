using System.Text;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>Writes the kubeconfig of a cluster.</summary>
internal static class KubeconfigFile
{
    public static string Text(string name, Uri address, string authorityPem, string token) =>
        $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: {name}
          cluster:
            server: {address.ToString().TrimEnd('/')}
            certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(authorityPem))}
        users:
        - name: {name}
          user:
            token: {token}
        contexts:
        - name: {name}
          context:
            cluster: {name}
            user: {name}
            namespace: default
        current-context: {name}

        """;

    public static async Task<string> Write(string folder, string text, CancellationToken ct)
    {
        var path = Path.Combine(folder, "kubeconfig");
        await WritePrivate(path, text, ct);
        return path;
    }

    /// <summary>The file is private before the secret is in it.</summary>
    public static async Task WritePrivate(string path, string text, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new StreamWriter(path, options);
        await file.WriteAsync(text.AsMemory(), ct);
    }
}
