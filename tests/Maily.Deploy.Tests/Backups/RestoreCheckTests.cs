using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;
using Maily.Deploy.Tests.Postgres.Scratch;

namespace Maily.Deploy.Tests.Backups;

public sealed class RestoreCheckTests(PostgresServer server) : IDisposable
{
    const string Application = """
        create schema auth; create table auth.users (id int primary key, email text); insert into auth.users values (1, 'a@example.com');
        create schema storage authorization pg_monitor; create table storage.objects (name text); alter table storage.objects owner to pg_monitor;
        create function storage.folder(text) returns text language sql as 'select $1'; create function storage.on_object() returns trigger language plpgsql as $$ begin return new; end $$;
        create trigger on_object after insert on storage.objects for each row execute function storage.on_object();
        create schema app; create table app.files (name text default storage.folder('x')); create policy sorted on app.files using (storage.folder(name) is not null);
        create function app.allowed(text) returns boolean language sql as 'select true'; create policy own on storage.objects for select using (app.allowed(name)); create extension citext schema app; create type app.mood as enum ('good', 'bad');
        create table app.people (id int primary key references auth.users, name app.citext, mood app.mood, data jsonb, at timestamptz default now(), x float8);
        insert into app.people values (1, 'Ada', 'good', '{"a": 1}', default, 0.1 + 0.2);
        create function app.on_user() returns trigger language plpgsql as $$ begin return new; end $$;
        create trigger on_user after insert on auth.users for each row execute function app.on_user();
        create table app.logs (at date, line text) partition by range (at); create table app.logs_2026 partition of app.logs for values from ('2026-01-01') to ('2027-01-01');
        insert into app.logs select '2026-01-01', n::text from generate_series(1, 500) n; create schema supabase_migrations; create table supabase_migrations.schema_migrations (version text primary key)
        """;

    readonly Deployed deployed = Deployed.InNewFolder();
    readonly ProcessRunner processes = new(TimeProvider.System);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => deployed.Dispose();

    [Fact]
    public async Task A_backup_is_restored_and_every_table_is_as_it_was()
    {
        var database = await ApplicationAsync();
        var steps = await deployed.RunAsync(Stage(database), Cancellation);
        steps.Select(step => step.Step.Id.ToString()).ShouldBe(["Backup/database", "Backup/restore"]);
        steps[1].Outputs["tables"].ShouldBe("6");
        steps[1].Outputs["rows"].ShouldBe("502");
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("\"rows\": 500", "\"rows\": 501", "app.logs_2026 has 500 rows, not 501")]
    [InlineData("\"checksum\": \"0\"", "\"checksum\": \"1\"", "supabase_migrations.schema_migrations has 0 rows, of which some differ")]
    public async Task What_comes_of_it_must_be_what_the_receipt_says(string was, string isNow, string fact)
    {
        var database = await ApplicationAsync();
        await deployed.RunAsync(new BackupStage(database, processes) { Store = Store }, Cancellation);
        var receipt = Directory.GetFiles(deployed.Folder, BackupReceipt.FileName, SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(receipt, (await File.ReadAllTextAsync(receipt, Cancellation)).Replace(was, isNow), Cancellation);
        var refused = await Should.ThrowAsync<RestoreCheckFailedException>(() => Check(database).RunAsync(new(Store, deployed.Context.Id.Value), Cancellation));
        refused.Fact.ShouldContain(fact);
        refused.Kind.ShouldBe(FailureKind.Refused);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Where_no_backup_was_made_none_is_restored()
    {
        var database = await ApplicationAsync();
        var check = (await Stage(database).PlanAsync(deployed.Context, Cancellation))[1];
        (await check.FindAsync(deployed.Context, Cancellation)).State.ShouldBe(FindingState.AlreadyAsWanted);
    }

    BackupStage Stage(DatabaseSettings database) => new(database, processes) { Store = Store, Check = Check(database) };

    RestoreCheck Check(DatabaseSettings database) => new(database, new ScratchServer(server.At("postgres")), processes, TimeProvider.System);

    IBackupStore Store => FolderBackupStore.At(Path.Combine(deployed.Folder, "backup"));

    async Task<DatabaseSettings> ApplicationAsync()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, Application);
        return database;
    }

    Task NothingIsLeftAsync() => ScratchDatabases.ShouldNotHoldAsync(server, "app.people");
}
