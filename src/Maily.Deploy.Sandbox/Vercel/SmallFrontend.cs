namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>A frontend that needs no build, for runs in which the deployment matters and not npm.</summary>
public static class SmallFrontend
{
    /// <summary>Puts it in place of what is in the folder.</summary>
    public static void Put(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Write(folder, "vercel.json", """{ "framework": null, "cleanUrls": true, "git": { "deploymentEnabled": false } }""");
        Write(folder, Page, "<!doctype html><title>Maily</title><h1>Maily</h1>");
        Write(folder, "api/health.js", "module.exports = (request, response) => response.end('ok');\n");
    }

    /// <summary>Adds a paragraph to its page.</summary>
    public static void Add(string folder, string text) => File.AppendAllText(Path.Combine(folder, Page), $"<p>{text}</p>");

    const string Page = "public/index.html";

    static void Write(string folder, string path, string text)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
