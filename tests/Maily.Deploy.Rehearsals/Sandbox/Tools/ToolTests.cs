using Maily.Deploy.Sandbox.Tools;

namespace Maily.Deploy.Rehearsals.Sandbox.Tools;

public sealed class ToolTests : IDisposable
{
    readonly DirectoryInfo root = Directory.CreateTempSubdirectory("maily-tools-");

    [Fact]
    public void What_is_missing_is_named_with_the_command_that_installs_it()
    {
        var nowhere = new ToolLocator([root.FullName]);
        var failure = Should.Throw<ToolMissingException>(() => nowhere.Require(Tool.Dockerd));
        failure.Message.ShouldContain("dockerd");
        failure.Remedy.ShouldContain("apt-get install --no-install-recommends docker.io");
    }

    [Fact]
    public void Packages_are_installed_in_one_call_that_waits_for_the_lock()
    {
        var packages = AptInstallation.PackagesOf([Tool.Postgres, Tool.Dockerd, Tool.InitDb]);
        packages.ShouldBe(["docker.io", "postgresql"]);
        AptInstallation.Install(packages).ToString().ShouldBe(
            "DEBIAN_FRONTEND=*** apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 install --yes --no-install-recommends docker.io postgresql");
    }

    [Fact]
    public void A_program_that_needs_a_loader_is_not_static()
    {
        StaticExecutable.IsStatic("/bin/sh").ShouldBeFalse();
        var script = Path.Combine(root.FullName, "script");
        File.WriteAllText(script, "#!/bin/sh\n");
        StaticExecutable.IsStatic(script).ShouldBeFalse();
    }

    [Fact]
    public void While_packages_are_installed_services_are_not_started_and_no_cluster_is_made()
    {
        using (QuietServices.Begin(root.FullName))
        {
            Read("usr/sbin/policy-rc.d").ShouldEndWith("exit 101\n");
            Machine.ModeOf(In("usr/sbin/policy-rc.d")).ShouldBe((UnixFileMode)Convert.ToInt32("755", 8));
            Read("etc/postgresql-common/createcluster.conf").ShouldContain("create_main_cluster = false");
        }

        File.Exists(In("usr/sbin/policy-rc.d")).ShouldBeFalse();
        File.Exists(In("etc/postgresql-common/createcluster.conf")).ShouldBeFalse();
    }

    [Fact]
    public void What_the_owner_of_the_machine_has_put_there_stays()
    {
        Directory.CreateDirectory(In("usr/sbin"));
        File.WriteAllText(In("usr/sbin/policy-rc.d"), "the owner's");
        using (QuietServices.Begin(root.FullName))
            Read("usr/sbin/policy-rc.d").ShouldBe("the owner's");
        Read("usr/sbin/policy-rc.d").ShouldBe("the owner's");
    }

    public void Dispose() => root.Delete(recursive: true);

    string In(string path) => Path.Combine(root.FullName, path);

    string Read(string path) => File.ReadAllText(In(path));
}
