from tasks_app import actions
from tests.factories import make_dataset, make_task, task_of
import pytest

def test_worked_example(team, api):
    d = make_dataset(team, (2,0,4), frame_attributes=["weather","time"], dataset_attributes=["city"])
    assert d.tasks.count()==26
    r = api(team,"reader").get(f"/api/v2/datasets/{d.dataset_id}/tasks")
    body = r.getvalue() if r.streaming else r.content
    import json
    assert len(json.loads(body)["tasks"])==26
    print(json.dumps(json.loads(body)["tasks"][0],indent=1))
    c=api(team,"reader")
    cur="";n=0
    while True:
        r=c.get(f"/api/v2/datasets/{d.dataset_id}/tasks?limit=7&fields=task_id"+(f"&cursor={cur}" if cur else "")).json()
        n+=len(r["tasks"]);cur=r["next_cursor"]
        if not cur: break
    assert n==26
    for o in ("due","-updated"):
        cur="";n=set()
        while True:
            r=c.get(f"/api/v2/datasets/{d.dataset_id}/tasks?limit=7&fields=task_id&ordering={o}"+(f"&cursor={cur}" if cur else "")).json()
            n|={x["task_id"] for x in r["tasks"]};cur=r["next_cursor"]
            if not cur: break
        assert len(n)==26
    for q in ("status=x","delayed=maybe","stage_id=zz","email=zz","limit=0","ordering=q","cursor=a&limit=2","fields=zz","updated_after=x", "updated_after=99999999999999999999"):
        r=c.get(f"/api/v2/datasets/{d.dataset_id}/tasks?{q}"); assert r.status_code==400,(q,r.status_code); print(q,r.json())
    a=api(team,"ann")
    tid=task_of(d,item__label__isnull=False).task_id
    r=a.post(f"/api/v2/tasks/{tid}/submit"); assert r.status_code==200; assert r["ETag"]=='"2"'; print(r.json())
    r=a.post(f"/api/v2/tasks/{tid}/submit"); assert r.status_code==409; print(r.json())
    r=a.post(f"/api/v2/tasks/{tid}/accept"); assert r.status_code==403; print(r.json())
    e=api(team,"eve")
    r=e.post(f"/api/v2/tasks/{tid}/accept",{"submit":True},format="json",HTTP_IF_MATCH="1"); assert r.status_code==412,r.json()
    r=e.post(f"/api/v2/tasks/{tid}/accept",{"submit":True},format="json",HTTP_IF_MATCH='W/"2"'); assert r.status_code==200; print(r.json())
    for p in (f"/api/v2/tasks/{tid}/events", f"/api/v2/clients/{team.client.client_id}/user_tasks",f"/api/v2/clients/{team.client.client_id}/delayed_tasks"):
        r=e.get(p); assert r.status_code==200; print(r.getvalue() if r.streaming else r.json())
    print(e.get("/api/v2/zz").json())

@pytest.mark.parametrize("s",["waiting","ready","in_progress","submitted","accepted","rejected"])
def test_make(team,s):
    assert make_task(team,s).status==s
